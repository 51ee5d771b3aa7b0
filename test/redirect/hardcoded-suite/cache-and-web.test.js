import { Redis } from 'ioredis';

const { expect, test } = globalThis;
const NAME = process.env.RUN_NAME;

test('the cache has my entry and no other, and the web server answers', async () => {
  const redis = new Redis({ host: '127.0.0.1', port: 6379 });
  await redis.rpush('runs', NAME);
  expect(await redis.lrange('runs', 0, -1)).toEqual([NAME]);
  const response = await fetch('http://localhost:8080/');
  expect(response.status).toBe(200);
  await redis.set('page', await response.text());
  await redis.quit();
});
