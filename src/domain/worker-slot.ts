/** What the test runners call their workers, and the number of the first one. */
const NAMES = [
  ['VITEST_POOL_ID', 1],
  ['JEST_WORKER_ID', 1],
  ['TEST_PARALLEL_INDEX', 0],
  ['MOCHA_WORKER_ID', 0],
  ['NODE_TEST_WORKER_ID', 1],
] as const;

/**
 * Which of the workers of a test run this is, from 1 on: by the variables of vitest, jest, Playwright, mocha and
 * node:test. 1 where none of them is set.
 */
export function workerSlot(env: Readonly<Record<string, string | undefined>>): number {
  for (const [name, first] of NAMES) {
    const text = env[name] ?? '';
    const slot = Number(text) + 1 - first;
    if (/^\d+$/.test(text) && slot >= 1) return slot;
  }
  return 1;
}
