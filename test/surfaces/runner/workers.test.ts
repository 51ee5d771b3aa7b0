import { expect, it } from 'vitest';
import { ownEnvironment } from '../../../src/surfaces/runner/workers.js';

const DM_WORKERS = JSON.stringify([{ project: 'shop-1' }, { project: 'shop-2' }]);

it.each([
  [{ VITEST_POOL_ID: '2' }, 'shop-2'],
  [{ JEST_WORKER_ID: '1' }, 'shop-1'],
  [{ TEST_PARALLEL_INDEX: '1' }, 'shop-2'],
  [{ MOCHA_WORKER_ID: '0' }, 'shop-1'],
  [{}, 'shop-1'],
])('the worker with %j has its own environment', (env, project) => {
  expect(ownEnvironment({ ...env, DM_WORKERS })?.project).toBe(project);
});

it('a run with another scope has none for its workers', () => {
  expect(ownEnvironment({ VITEST_POOL_ID: '2' })).toBeUndefined();
});

it('a worker too many is told so', () => {
  expect(() => ownEnvironment({ VITEST_POOL_ID: '3', DM_WORKERS })).toThrow(
    /this is worker 3, and there are 2 environments/,
  );
});
