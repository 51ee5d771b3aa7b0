import { getDefaultManager } from '../../dist/index.js';

/** A worker of a test run: a process that was given an environment's variables and nothing else. */
const manager = getDefaultManager();
const found = await manager.workerDatabase();
if (process.argv.includes('reset')) await manager.reset({ slot: found.slot });
await manager.close();
process.stdout.write(JSON.stringify(found));
