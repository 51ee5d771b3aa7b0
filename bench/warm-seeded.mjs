// What a seeded database saves: node bench/warm-seeded.mjs [--runs N] [--megabytes N]
//
// A PostgreSQL whose migrations make 200 MB with indexes. Each round: started without a seed, migrations run, ready (the
// whole of what a test run without seeds does); then started from the seed. Every environment is checked: its data is whole,
// it writes, and no other sees what it wrote. At the end a migration is changed, which has to be prepared anew.
// Raw runs go to bench/results/warm-seeded.json.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createManager } from '../dist/index.js';
import { must } from './support/command.mjs';
import { against, alternate, keep, median, numberOption, table } from './support/figures.mjs';

const POSTGRES = process.env.POSTGRES_IMAGE ?? 'dm-test-postgres16';
const TARGET = 0.15;
const runs = numberOption('--runs', 5);
const megabytes = numberOption('--megabytes', 200);
const folder = mkdtempSync(join(tmpdir(), 'dm-seeded-'));
const manager = createManager({ stateDir: join(folder, 'state') });
const file = join(folder, 'compose.yml');

/** Ten tables that grow as a schema does: data, a key, indexes, a column that is filled in, another type, constraints. */
function migrations() {
  const rows = Math.round((megabytes * 1e6) / 10 / 330);
  return Array.from({ length: 10 }, (_, i) => {
    const t = `orders_${i}`;
    return `
      CREATE TABLE ${t} AS SELECT n AS id, md5(n::text) AS code, md5((n * 7)::text) || md5((n * 11)::text) AS note,
        now() - n * interval '1 second' AS at FROM generate_series(1, ${rows}) n;
      ALTER TABLE ${t} ADD PRIMARY KEY (id);
      CREATE INDEX ON ${t} (code);
      CREATE INDEX ON ${t} (at DESC, code);
      ALTER TABLE ${t} ADD COLUMN total numeric;
      UPDATE ${t} SET total = length(note) * id WHERE id % 4 = 0;
      CREATE INDEX ON ${t} (total) WHERE total IS NOT NULL;
      ALTER TABLE ${t} ALTER COLUMN id TYPE bigint;
      ALTER TABLE ${t} ADD CHECK (length(code) <= 64)${i > 0 ? `, ADD FOREIGN KEY (id) REFERENCES orders_${i - 1} (id)` : ''};
      ANALYZE ${t};`;
  });
}

const MIGRATE = `
import { readdirSync, readFileSync } from 'node:fs';
import pg from '${new URL('../node_modules/pg/lib/index.js', import.meta.url).href}';
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
for (const name of readdirSync('migrations').sort()) await client.query(readFileSync('migrations/' + name, 'utf8'));
await client.end();
`;

function write() {
  mkdirSync(join(folder, 'migrations'));
  migrations().forEach((text, i) => {
    writeFileSync(join(folder, 'migrations', `${i}.sql`), text);
  });
  writeFileSync(join(folder, 'migrate.mjs'), MIGRATE);
  writeFileSync(
    file,
    `services: { db: { image: "${POSTGRES}", environment: { POSTGRES_PASSWORD: x }, ports: ["5432"], stop_signal: SIGINT } }\n`,
  );
}

const command = [process.execPath, 'migrate.mjs'];
const seeds = { db: { command, files: ['migrations/**', 'migrate.mjs'] } };
const cold = { hooks: { afterReady: command } };

async function query(lease, sql) {
  const client = new pg.Client({ connectionString: lease.env.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

/** Whole, and its own: what it writes is not there in any that comes later. */
async function checked(lease) {
  const [{ tables, indexes, bytes }] = await query(
    lease,
    `SELECT (SELECT count(*)::int FROM pg_tables WHERE schemaname = 'public') AS tables,
       (SELECT count(*)::int FROM pg_indexes WHERE schemaname = 'public') AS indexes,
       pg_database_size(current_database())::float AS bytes`,
  );
  const before = await query(lease, `SELECT id FROM orders_0 WHERE code = 'written'`);
  await query(lease, `INSERT INTO orders_0 (id, code) VALUES (0, 'written')`);
  return { tables, indexes, bytes, foreign: before.length };
}

async function run(options) {
  // What the start before has written goes to the disk first: 600 MB of migrations are nobody else's to pay for.
  await must('sync', []);
  const from = performance.now();
  const lease = await manager.acquire({ files: [file], name: 'seeded', waitTimeout: 300_000, ...options });
  const ms = Math.round(performance.now() - from);
  try {
    return { ms, timings: lease.timings, ...(await checked(lease)) };
  } finally {
    await lease.release();
  }
}

async function measure() {
  write();
  const prepared = await run({ seeds });
  const samples = await alternate(runs, [
    { name: 'migrated', run: () => run(cold) },
    { name: 'seeded', run: () => run({ seeds }) },
  ]);
  // Side by side: both write, neither sees.
  const both = await Promise.all([1, 2].map(() => manager.acquire({ files: [file], name: 'seeded', seeds })));
  await Promise.all(
    both.map((lease, i) => query(lease, `INSERT INTO orders_0 (id, code) VALUES (-${i + 1}, 'of ${lease.project}')`)),
  );
  const seen = await Promise.all(both.map((lease) => query(lease, `SELECT code FROM orders_0 WHERE code LIKE 'of %'`)));
  const apart = seen.every((rows, i) => rows.length === 1 && rows[0].code === `of ${both[i].project}`);
  await Promise.all(both.map((lease) => lease.release()));
  writeFileSync(join(folder, 'migrations', 'z.sql'), 'CREATE TABLE one_more (n int)');
  const changed = await run({ seeds });
  const list = await manager.volumes();
  return { prepared, ...samples, apart, changed, seeds: list.map(({ kind, bytes }) => ({ kind, bytes })) };
}

const result = await measure().finally(async () => {
  await manager.purgeVolumes();
  await manager.clean({ all: true });
  await manager.close();
  rmSync(folder, { recursive: true, force: true });
});
const times = (samples) => samples.map(({ ms }) => ms);
const ratio = median(times(result.seeded)) / median(times(result.migrated));
const all = [result.prepared, ...result.migrated, ...result.seeded, result.changed];
const clean = result.apart && all.every(({ foreign }) => foreign === 0);
keep('warm-seeded.json', { megabytes, ratio, clean, ...result });
const row = (name, values) => [
  name,
  `${(median(values) / 1000).toFixed(2)} s`,
  `${(Math.min(...values) / 1000).toFixed(2)}–${(Math.max(...values) / 1000).toFixed(2)}`,
];
console.log(`${runs} runs each, a database of ${(median(all.map(({ bytes }) => bytes)) / 1e6).toFixed(0)} MB\n`);
console.log(
  table(
    ['ready after', 'median', 'least–most'],
    [
      row('start and migrations', times(result.migrated)),
      row('start from the seed', times(result.seeded)),
      row('the start that prepares the seed', [result.prepared.ms, result.changed.ms]),
    ],
  ),
);
console.log(`\nfrom the seed / with migrations: ${against(ratio, TARGET)}`);
console.log(
  `data of another environment seen: ${clean ? 'never' : 'YES'}; seeds: ${result.seeds.length} (two fingerprints)`,
);
if (ratio > TARGET || !clean || result.seeds.length !== 2) process.exitCode = 1;
