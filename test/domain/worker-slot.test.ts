import { expect, it } from 'vitest';
import { workerSlot } from '../../src/domain/worker-slot.js';

it.each([
  [{ VITEST_POOL_ID: '3', JEST_WORKER_ID: '9' }, 3],
  [{ JEST_WORKER_ID: '2' }, 2],
  [{ TEST_PARALLEL_INDEX: '0' }, 1],
  [{ TEST_PARALLEL_INDEX: '4' }, 5],
  [{ MOCHA_WORKER_ID: '1' }, 2],
  [{ NODE_TEST_WORKER_ID: '2' }, 2],
  [{}, 1],
  [{ JEST_WORKER_ID: '' }, 1],
  [{ VITEST_POOL_ID: 'x', NODE_TEST_WORKER_ID: '4' }, 4],
  [{ VITEST_POOL_ID: '0' }, 1],
  [{ VITEST_POOL_ID: '-2' }, 1],
])('%j is worker %i', (env, slot) => {
  expect(workerSlot(env)).toBe(slot);
});
