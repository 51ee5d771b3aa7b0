import { expect, test } from '@playwright/test';
import pg from 'pg';

test('orders are in a database of this run only', async () => {
  const client = new pg.Client(process.env.DATABASE_URL);
  await client.connect();
  await client.query('CREATE TABLE orders (item text)');
  await client.query("INSERT INTO orders VALUES ('book'), ('pen')");
  const { rows } = await client.query('SELECT count(*)::int AS count FROM orders');
  await client.end();
  expect(rows).toEqual([{ count: 2 }]);
});
