import { expect, test } from '@playwright/test';
import { Redis } from 'ioredis';

test('visits are counted from one in each run', async () => {
  const redis = new Redis(String(process.env.REDIS_URL));
  expect(await redis.incr('visits')).toBe(1);
  await redis.quit();
});
