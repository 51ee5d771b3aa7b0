import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LABEL } from '../../../src/domain/labels.js';
import type { AcquireOptions } from '../../../src/manager/acquire-options.js';
import type { Lease } from '../../../src/manager/lease.js';
import { thisProcess } from '../../../src/manager/machine.js';
import type { Removal } from '../../../src/manager/stop.js';
import { CLI } from '../../support/run-cli.js';
import { NEVER, POSTGRES_IMAGE, Scope } from '../../support/scope.js';

/** No volume in the file: the image asks for one without a name. */
const STACK = `
services:
  db:
    image: ${POSTGRES_IMAGE}
    environment: { POSTGRES_PASSWORD: secret, POSTGRES_DB: app }
    ports: ["5432:5432"]
    command: ["postgres", "-c", "fsync=off"]
    stop_signal: SIGINT
    volumes: ["./init:/docker-entrypoint-initdb.d:ro"]
`;

/** Applies the files of the folder, and writes down that it ran. */
const MIGRATE = `
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import pg from '${new URL('../../../node_modules/pg/lib/index.js', import.meta.url).href}';
appendFileSync('runs.log', 'ran\\n');
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
for (const file of readdirSync('migrations').sort()) await client.query(readFileSync('migrations/' + file, 'utf8'));
await client.end();
if (existsSync('hang')) await new Promise((resolve) => setTimeout(resolve, 60_000));
`;
const SEEDS: AcquireOptions['seeds'] = {
  db: { command: `${process.execPath} migrate.mjs`, files: ['migrations/**', 'migrate.mjs'] },
};

let scope: Scope;
let options: AcquireOptions;

beforeAll(() => {
  scope = new Scope();
  scope.file('compose.yml', STACK);
  scope.file('init/a.sql', 'CREATE TABLE by_init (n INT)');
  scope.file(
    'migrations/1.sql',
    'CREATE TABLE users (name TEXT); INSERT INTO users SELECT n::text FROM generate_series(1, 1000) n',
  );
  scope.file('migrate.mjs', MIGRATE);
  options = { cwd: scope.folder, name: 'seeded', seeds: SEEDS, waitTimeout: 120_000 };
});

afterAll(async () => {
  await removeSeeds();
  await scope[Symbol.asyncDispose]();
});

async function query(lease: Lease, sql: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: lease.env.DATABASE_URL });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
  } finally {
    await client.end();
  }
}

const runs = () => readFileSync(join(scope.folder, 'runs.log'), 'utf8').split('\n').length - 1;

async function seedVolumes(): Promise<string[]> {
  const store = scope.store();
  const volumes = await scope.engine.volumes({ [LABEL.volumeStore]: store.id }, NEVER);
  store.close();
  return volumes.map(({ name }) => name).sort();
}

/** Resolves when something writes into the file. */
function changed(name: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(join(scope.folder, name), () => {
      watcher.close();
      resolve();
    });
  });
}

async function removeSeeds(): Promise<void> {
  for (const name of await seedVolumes()) await scope.engine.removeVolume(name, NEVER);
}

/** What another process does with the config file's settings: an environment around a command that does nothing. */
function runElsewhere(): ChildProcess {
  const args = [CLI, 'run', '--name', 'seeded', '--wait-timeout', '120s', '--state-dir', scope.stateDir, '--', 'true'];
  return spawn(process.execPath, args, { cwd: scope.folder, stdio: ['ignore', 'ignore', 'inherit'] });
}

it('runs migrations once: the second environment begins with their data, and neither sees what the other writes', async () => {
  const first = await scope.manager.acquire(options);
  const second = await scope.manager.acquire(options);
  try {
    expect(runs()).toBe(1);
    for (const lease of [first, second]) {
      expect(await query(lease, 'SELECT count(*)::int FROM users')).toEqual([[1000]]);
      expect(await query(lease, `SELECT to_regclass('by_init')::text`)).toEqual([['by_init']]);
      await query(lease, `INSERT INTO users VALUES ('${lease.project}')`);
    }
    for (const lease of [first, second]) {
      expect(await query(lease, `SELECT name FROM users WHERE name !~ '^[0-9]'`)).toEqual([[lease.project]]);
    }
    await first.release();

    await scope.manager.saveSnapshot({ snapshot: 'mine', name: second.id });
    await query(second, 'DROP TABLE users');
    await scope.manager.restoreSnapshot({ snapshot: 'mine', name: second.id });
    expect(await query(second, `SELECT name FROM users WHERE name !~ '^[0-9]'`)).toEqual([[second.project]]);
    await second.check();
  } finally {
    await Promise.all([first.release(), second.release()]);
  }
  const kept = await scope.manager.volumes();
  expect(kept.map(({ kind, state, services, users }) => ({ kind, state, services, users }))).toEqual([
    { kind: 'seed', state: 'ready', services: ['db'], users: [] },
    { kind: 'snapshot', state: 'ready', services: ['db'], users: [] },
  ]);
  expect(kept[0]?.bytes).toBeGreaterThan(1e6);
});

it('prepares anew what has changed, once for all processes that ask at that moment', async () => {
  scope.file('docker-manual.config.json', JSON.stringify({ seeds: SEEDS }));
  scope.file('migrations/2.sql', 'CREATE TABLE more (n INT)');
  const before = runs();
  const others = [runElsewhere(), runElsewhere()];
  expect(await Promise.all(others.map(async (child) => (await once(child, 'exit'))[0]))).toEqual([0, 0]);
  expect(runs()).toBe(before + 1);
  expect((await scope.manager.volumes()).filter(({ kind }) => kind === 'seed')).toHaveLength(2);
});

it('leaves nothing that is used or stays of a preparation that was killed', async () => {
  scope.file('migrations/2.sql', 'CREATE TABLE another (n INT)');
  scope.file('hang', '');
  const known = await seedVolumes();
  const running = changed('runs.log');
  const child = runElsewhere();
  await running;
  child.kill('SIGKILL');
  await once(child, 'exit');

  // And of one that was killed while it copied: a row without a living maker, and a volume that is half full.
  const [seed] = await scope.manager.volumes({ sizes: false });
  const store = scope.store();
  const [{ volumes = [] } = {}] = store.volumeSets.list();
  const maker = { ...thisProcess(), pid: 2 ** 22 + 1, startTicks: 1 };
  const labels = { [LABEL.seed]: 'f'.repeat(64), [LABEL.volumeStore]: store.id };
  await scope.engine.createVolume('dm-seed-ffffffffffff-half', undefined, labels, NEVER);
  const half = volumes.map((each) => ({ ...each, volume: 'dm-seed-ffffffffffff-half' }));
  const { endpoint: engine } = scope.engine;
  store.volumeSets.begin({
    kind: 'seed',
    name: 'f'.repeat(64),
    engine,
    lease: 'x',
    project: 'x',
    maker,
    volumes: half,
  });
  expect(store.volumeSets.find(engine, 'seed', 'f'.repeat(64))).toBeUndefined();
  await scope.manager.clean();
  expect(store.volumeSets.unfinished()).toEqual([]);
  store.close();
  expect(await seedVolumes()).toEqual(known);
  expect(seed?.state).toBe('ready');
});

it('purges what nobody uses, of its own, and on request only', async () => {
  const foreign = `foreign-${scope.folder.slice(-6)}`;
  await scope.engine.createVolume(foreign, undefined, {}, NEVER);
  const all = await seedVolumes();
  try {
    const would = await scope.manager.purgeVolumes({ dryRun: true });
    expect(would.removed.map(({ project }) => project.split(' ')[0])).toEqual(['seed', 'seed']);
    expect((await scope.manager.purgeVolumes({ idle: 3_600_000 })).removed).toEqual([]);
    expect(await seedVolumes()).toEqual(all);
    await expect(scope.manager.purgeVolumes({ names: ['nobody'] })).rejects.toThrow(
      expect.objectContaining({ code: 'VOLUMES_NOT_FOUND' }),
    );

    const names = (removal: Removal) => removal.removed.map(({ project }) => project);
    expect(names(await scope.manager.purgeVolumes())).toEqual(names(would));
    expect((await scope.manager.volumes()).map(({ kind, name }) => [kind, name])).toEqual([['snapshot', 'mine']]);
    await scope.manager.purgeVolumes({ names: ['mine'] });
    expect(await seedVolumes()).toEqual([]);
    expect((await scope.engine.volumes({}, NEVER)).map(({ name }) => name)).toContain(foreign);
  } finally {
    await scope.engine.removeVolume(foreign, NEVER);
  }
});
