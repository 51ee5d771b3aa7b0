import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { it } from 'mocha';

it('visits are counted from one in each run', async () => {
  const redis = new Redis(process.env.REDIS_URL);
  assert.equal(await redis.incr('visits'), 1);
  await redis.quit();
});
