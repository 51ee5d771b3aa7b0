import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';

const { services, skipped } = inject('dockerManual');

describe.skipIf(skipped)('orders', () => {
  it('are in a database of this run only', async () => {
    const client = new pg.Client(services.postgres?.url);
    await client.connect();
    await client.query('CREATE TABLE orders (item text)');
    await client.query("INSERT INTO orders VALUES ('book'), ('pen')");
    const { rows } = await client.query('SELECT count(*)::int AS count FROM orders');
    await client.end();
    expect(rows).toEqual([{ count: 2 }]);
  });
});
