import { expect, it } from 'vitest';
import { runQueue } from '../../bench/support/queue-run.mjs';

/** The long version is the bench's own default: twelve of 4 GB on 24 GB (bench/queue.mjs). */
it('gives room to processes in the order of their arrival, never more than there is, and loses nobody to a kill', async () => {
  const result = await runQueue({ acquires: 4, memory: '4g', budget: '8g', kills: 1, holdMs: 500 });
  expect(result).toMatchObject({
    ready: 4,
    waited: 2,
    killed: 1,
    failed: 0,
    overtaken: 0,
    toldPositions: true,
    mostContainers: 2,
    oomEvents: 0,
    left: 0,
  });
}, 60_000);
