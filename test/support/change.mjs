import { createManager } from '../../dist/index.js';

/** Changes a shared environment, to be killed over it: tells when it begins. */
const [stateDir, name, swap] = process.argv.slice(2);
const manager = createManager({ stateDir, watchdog: false });
process.stdout.write('begun\n');
await manager.update({ name, ...(swap === 'swap' ? { swap: true } : {}) });
