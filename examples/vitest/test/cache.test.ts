import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

describe.skipIf(process.env.DM_SKIPPED)('visits', () => {
  it('are counted from one in each run', async () => {
    const redis = new Redis(String(process.env.REDIS_URL));
    expect(await redis.incr('visits')).toBe(1);
    await redis.quit();
  });
});
