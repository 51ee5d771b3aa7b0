// Twelve acquires of 4 GB each by twelve processes on 24 GB: node bench/queue.mjs [--acquires N] [--kills N]
//
// All ask at the same moment, each for one service with `mem_limit: 4g` that uses a little of it; beside them as many
// more as are killed with SIGKILL while they wait. What was there at once, and whether anything ran out of memory, is
// the engine's own record of events. Raw runs go to bench/results/queue.json.
import { keep, numberOption } from './support/figures.mjs';
import { runQueue } from './support/queue-run.mjs';

const GB_EACH = 4;
const GB_ALL = 24;
const asked = {
  acquires: numberOption('--acquires', 12),
  memory: `${GB_EACH}g`,
  budget: `${GB_ALL}g`,
  kills: numberOption('--kills', 3),
  holdMs: numberOption('--hold', 3000),
};

const result = await runQueue(asked);
const most = result.mostContainers * GB_EACH;
const ok =
  result.ready === asked.acquires &&
  result.failed === 0 &&
  result.overtaken === 0 &&
  result.toldPositions &&
  most <= GB_ALL &&
  result.oomEvents === 0 &&
  result.left === 0;
console.log(`${result.ready} of ${asked.acquires} ready, ${result.killed} waiters killed, ${result.failed} failed`);
console.log(`at most ${result.mostContainers} environments = ${most} GB of limits at once (budget ${GB_ALL} GB)`);
console.log(
  `${result.oomEvents} out of memory; overtaken: ${result.overtaken}; positions told: ${result.toldPositions}`,
);
console.log(`left in the end: ${result.left}; ${ok ? 'ok' : 'NOT ok'}`);
keep('queue.json', { asked, ok, ...result });
process.exitCode = ok ? 0 : 1;
