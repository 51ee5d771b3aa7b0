import { createManager } from '../../dist/index.js';

/** One user of a shared environment: tells its project, leaves when its standard input ends. */
const [stateDir, cwd, keepWarm] = process.argv.slice(2);
const manager = createManager({ stateDir });
const lease = await manager.acquire({ cwd, name: 'shared', mode: 'shared', keepWarm: Number(keepWarm) || undefined });
process.stdout.write(`${lease.project} ${lease.env.DM_WEB_PORT}\n`);
process.stdin.resume();
await new Promise((resolve) => process.stdin.on('end', resolve));
await lease.release();
await manager.close();
