// A test run with testcontainers-node: up, 200 ms of tests, down. Arguments: folder of the library, folder of the compose file.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const [library, folder] = process.argv.slice(2);
const { DockerComposeEnvironment } = createRequire(library)('testcontainers');
const environment = await new DockerComposeEnvironment(folder, 'compose.yml').up();
await sleep(200);
await environment.down({ timeout: 1 });
