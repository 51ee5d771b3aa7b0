// What bringing test data back costs: node bench/reset.mjs [--runs N]
//
// One environment with a PostgreSQL of an empty database, one of 13 MB, the same with the server's default durability,
// and a Redis. Each run writes something first. Medians, one of each a round, every other round in the opposite order.
// Raw runs go to bench/results/reset.json.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createManager } from '../dist/index.js';
import { alternate, keep, median, numberOption, table } from './support/figures.mjs';

const POSTGRES = process.env.POSTGRES_IMAGE ?? 'dm-test-postgres16';
const REDIS = process.env.REDIS_IMAGE ?? 'dm-test-redis';
const runs = numberOption('--runs', 15);
const folder = mkdtempSync(join(tmpdir(), 'dm-reset-'));
const manager = createManager({ stateDir: join(folder, 'state') });

const postgres = (command) =>
  `{ image: "${POSTGRES}", environment: { POSTGRES_PASSWORD: x }, command: ${command}, ports: ["5432"] }`;
const STACK = `
services:
  small: ${postgres('["postgres", "-c", "fsync=off"]')}
  big: ${postgres('["postgres", "-c", "fsync=off"]')}
  durable: ${postgres('["postgres"]')}
  cache: { image: "${REDIS}", ports: ["6379"] }
`;
/** With the 7 MB of an empty database: 13 MB. */
const ROWS = 'CREATE TABLE rows AS SELECT n, md5(n::text) AS text FROM generate_series(1, 87000) n';

async function query(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

async function timed(work) {
  const from = performance.now();
  await work();
  return Number((performance.now() - from).toFixed(1));
}

async function measure(lease) {
  const url = (service) => lease.services[service].url;
  const sizes = {};
  for (const service of ['small', 'big', 'durable']) {
    if (service !== 'small') await query(url(service), ROWS);
    await query(url(service), 'CREATE TABLE written (n INT)');
    const [{ size }] = await query(url(service), 'SELECT pg_database_size(current_database()) AS size');
    sizes[service] = Number(size);
    await lease.snapshot({ services: [service] });
  }
  let slot = 0;
  const reset = (service) => async () => {
    await query(url(service), 'INSERT INTO written VALUES (1)');
    return timed(() => lease.reset({ services: [service] }));
  };
  const worker = (service, at) => () =>
    timed(() => manager.workerDatabase({ name: lease.id, service, slot: at ?? ++slot }));
  const known = worker('big', 1000);
  await known();
  const samples = await alternate(runs, [
    { name: 'check', run: () => timed(() => lease.check()) },
    { name: 'command', run: () => timed(() => lease.reset({ services: ['cache'], commands: { cache: ['true'] } })) },
    { name: 'flushall', run: () => timed(() => lease.reset({ services: ['cache'] })) },
    { name: 'small', run: reset('small') },
    { name: 'big', run: reset('big') },
    { name: 'durable', run: reset('durable') },
    { name: 'snapshot', run: () => timed(() => lease.snapshot({ services: ['big'] })) },
    { name: 'worker', run: worker('big') },
    { name: 'workerDurable', run: worker('durable') },
    { name: 'workerAgain', run: known },
  ]);
  return { sizes, samples };
}

const file = join(folder, 'compose.yml');
writeFileSync(file, STACK);
const lease = await manager.acquire({ files: [file], name: 'reset' });
const { sizes, samples } = await measure(lease).finally(async () => {
  await lease.release();
  await manager.close();
  rmSync(folder, { recursive: true, force: true });
});
keep('reset.json', { sizes, samples });
const megabytes = (service) => `${(sizes[service] / 1e6).toFixed(0)} MB`;
const NAMES = {
  check: 'check',
  command: 'a command of your own that does nothing',
  flushall: 'Redis, FLUSHALL',
  small: `PostgreSQL, ${megabytes('small')} (an empty database)`,
  big: `PostgreSQL, ${megabytes('big')}`,
  durable: `PostgreSQL, ${megabytes('durable')}, without fsync=off`,
  snapshot: `snapshot, ${megabytes('big')}`,
  worker: `a worker's database, ${megabytes('big')}`,
  workerDurable: `a worker's database, ${megabytes('durable')}, without fsync=off`,
  workerAgain: "a worker's database that is there already",
};
const ms = (values) => `${Math.round(median(values))} ms`;
const spread = (values) => `${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))}`;
console.log(`${runs} runs each\n`);
console.log(
  table(
    ['what', 'median', 'least–most'],
    Object.entries(samples).map(([name, values]) => [NAMES[name], ms(values), spread(values)]),
  ),
);
