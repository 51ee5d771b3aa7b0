// A process with testcontainers-node in it, as a test run would have; told over IPC what to do.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../.cache/testcontainers/', import.meta.url));
const { DockerComposeEnvironment, Wait } = require('testcontainers');
const started = new Map();

async function up({ folder, file, project, timeout, health }) {
  const environment = new DockerComposeEnvironment(folder, file).withProjectName(project).withStartupTimeout(timeout);
  if (health) environment.withDefaultWaitStrategy(Wait.forHealthCheck());
  started.set(project, await environment.up());
}

async function down({ project }) {
  await started.get(project).down();
}

process.on('message', async (request) => {
  const from = performance.now();
  const reason = await { up, down }[request.verb](request).then(
    () => null,
    (error) => String(error?.message ?? error),
  );
  process.send({ ms: Math.round(performance.now() - from), reason });
});
process.send({ version: require('testcontainers/package.json').version });
