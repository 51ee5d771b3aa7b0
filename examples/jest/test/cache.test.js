const { Redis } = require('ioredis');

test('visits are counted from one in each run', async () => {
  const redis = new Redis(process.env.REDIS_URL);
  expect(await redis.incr('visits')).toBe(1);
  await redis.quit();
});
