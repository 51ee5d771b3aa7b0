import { Redis } from 'ioredis';
import { Client } from 'pg';
import { createManager } from '../../dist/index.js';

/**
 * One run of a user's process, for tests that need many: acquires in the folder it is given, proves both services by
 * a real query, tells its parent, and releases when the parent closes its standard input.
 */
const [stateDir, cwd] = process.argv.slice(2);
const manager = createManager({ stateDir });
const lease = await manager.acquire({ cwd });
const client = new Client({ connectionString: lease.env.DATABASE_URL });
await client.connect();
const { rows } = await client.query('SELECT 1 AS one');
await client.end();
const redis = new Redis(lease.env.REDIS_URL);
const pong = await redis.ping();
redis.disconnect();
process.stdout.write(
  `${JSON.stringify({ project: lease.project, ports: lease.record.ports, one: rows[0].one, pong })}\n`,
);
process.stdin.resume();
await new Promise((resolve) => process.stdin.on('end', resolve));
await lease.release();
await manager.close();
