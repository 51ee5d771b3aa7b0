import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';

test('visits are counted from one in each run', async () => {
  const redis = new Redis(process.env.REDIS_URL);
  assert.equal(await redis.incr('visits'), 1);
  await redis.quit();
});
