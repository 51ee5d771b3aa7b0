import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';

test('orders are in a database of this run only', async () => {
  const client = new pg.Client(process.env.DATABASE_URL);
  await client.connect();
  await client.query('CREATE TABLE orders (item text)');
  await client.query("INSERT INTO orders VALUES ('book'), ('pen')");
  const { rows } = await client.query('SELECT count(*)::int AS count FROM orders');
  await client.end();
  assert.deepEqual(rows, [{ count: 2 }]);
});
