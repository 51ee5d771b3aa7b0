import { createManager } from '../../dist/index.js';

/** A user's process that acquires in the folder it is given and holds the environment until it is ended. */
const [stateDir, cwd, name, watchdog] = process.argv.slice(2);
const manager = createManager({ stateDir, watchdog: watchdog === 'watchdog' });
const lease = await manager.acquire({ cwd, name });
process.stdout.write(`${lease.project}\n`);
setInterval(() => {}, 60_000);
