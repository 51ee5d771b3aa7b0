import pg from 'pg';

const { expect, test } = globalThis;
const NAME = process.env.RUN_NAME;

test('the database has my row and no other', async () => {
  const client = new pg.Client('postgres://postgres:secret@localhost:5432/app');
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS runs (name text)');
  await client.query('INSERT INTO runs VALUES ($1)', [NAME]);
  const { rows } = await client.query('SELECT name FROM runs');
  await client.end();
  expect(rows).toEqual([{ name: NAME }]);
});
