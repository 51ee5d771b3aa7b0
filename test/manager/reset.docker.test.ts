import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import type { ContainerSummary } from '../../src/engine/engine.js';
import type { Lease } from '../../src/manager/lease.js';
import { FIXTURE_IMAGE, NEVER, POSTGRES_IMAGE, REDIS_IMAGE, Scope } from '../support/scope.js';

/** What a shell, a URL, SQL and YAML would each trip over. */
const PASSWORD = `it's "q" $x y@\\`;
/** A "$" is doubled in a compose file. */
const WRITTEN = JSON.stringify(PASSWORD.replace('$', '$$$$'));

const STACK = `
services:
  postgres:
    image: ${POSTGRES_IMAGE}
    environment: { POSTGRES_PASSWORD: ${WRITTEN}, POSTGRES_DB: My App }
    command: ["postgres", "-c", "fsync=off"]
    ports: ["5432:5432"]
    volumes: ["./init:/docker-entrypoint-initdb.d:ro"]
  redis:
    image: ${REDIS_IMAGE}
    command: ["redis-server", "--requirepass", ${WRITTEN}]
    ports: ["6379:6379"]
  locked:
    image: ${REDIS_IMAGE}
    entrypoint: ["sh", "-c", "exec docker-entrypoint.sh redis-server --requirepass set-elsewhere"]
  web:
    image: ${FIXTURE_IMAGE}
    ports: ["8080:8080"]
`;

/** PostgreSQL asks everybody for the password, also on its own socket; the database has all that a database can have. */
const PASSWORD_FOR_ALL = `sed -i 's/^local.*/local all all scram-sha-256/' "$PGDATA/pg_hba.conf"\n`;
const RIGHTS = `
  CREATE ROLE "App's" LOGIN PASSWORD 'p';
  ALTER DATABASE "My App" OWNER TO "App's";
  ALTER DATABASE "My App" CONNECTION LIMIT 7;
  ALTER DATABASE "My App" SET search_path TO "a b", public;
  ALTER DATABASE "My App" SET "shop.mode" TO 'it''s a test';
  ALTER ROLE "App's" IN DATABASE "My App" SET timezone TO 'Asia/Tokyo';
  REVOKE ALL ON DATABASE "My App" FROM PUBLIC;
  CREATE ROLE reader;
  GRANT CONNECT ON DATABASE "My App" TO reader WITH GRANT OPTION;
`;

/** One environment for the whole file; each test begins with a snapshot of a database that has one table. */
let scope: Scope;
let lease: Lease;

beforeAll(async () => {
  scope = new Scope();
  scope.file('compose.yml', STACK);
  scope.file('init/rights.sql', RIGHTS);
  scope.file('init/zz-password.sh', PASSWORD_FOR_ALL);
  lease = await scope.manager.acquire({ cwd: scope.folder, waits: { locked: 'running' } });
});

afterAll(async () => {
  await lease.release();
  await scope[Symbol.asyncDispose]();
});

/** One connection, one question, and what it brings. */
async function query(sql: string, database?: string): Promise<unknown[][]> {
  const { DATABASE_URL } = lease.env;
  const url = database === undefined ? DATABASE_URL : DATABASE_URL?.replace(/[^/]*$/, encodeURIComponent(database));
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
  } finally {
    await client.end();
  }
}

async function containers(): Promise<Record<string, ContainerSummary>> {
  const list = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
  return Object.fromEntries(list.map((container) => [container.service, container]));
}

const postgresAndRedis = { services: ['postgres', 'redis'] };

it('keeps the data at the first reset, and takes away at each later one what a test has written', async () => {
  await query(`CREATE TABLE public.users (name TEXT); INSERT INTO public.users VALUES ('seed')`);
  await query('CREATE DATABASE beside');
  await query('CREATE TABLE kept (n INT)', 'beside');
  expect((await lease.reset(postgresAndRedis)).services).toEqual({ postgres: 'kept', redis: 'emptied' });
  const redis = new Redis(String(lease.env.REDIS_URL));

  for (const round of [1, 2]) {
    await query(`INSERT INTO public.users VALUES ('of a test'); CREATE TABLE public.more (n INT)`);
    await redis.set('key', `of round ${round}`);
    expect((await lease.reset(postgresAndRedis)).services).toEqual({ postgres: 'restored', redis: 'emptied' });
    expect(await query('SELECT name FROM public.users')).toEqual([['seed']]);
    expect(await query(`SELECT to_regclass('public.more')`)).toEqual([[null]]);
    expect(await redis.dbsize()).toBe(0);
  }
  redis.disconnect();
  expect(await query('SELECT * FROM kept', 'beside')).toEqual([]);
});

const snapshots = { services: ['postgres'] };

it('gives the new database the owner, the rights and the settings of the old one', async () => {
  const properties = () =>
    query(`SELECT pg_get_userbyid(datdba), datconnlimit, datallowconn, datistemplate,
        (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(datacl) a),
        (SELECT array_agg(setrole || ' ' || setconfig::text ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = d.oid)
      FROM pg_database d WHERE datname = current_database()`);
  await lease.snapshot(snapshots);
  const before = await properties();
  await lease.reset(snapshots);
  expect(await properties()).toEqual(before);
  const settings = [expect.stringContaining(`shop.mode=it's a test`), expect.stringContaining('Asia/Tokyo')];
  expect(before).toEqual([
    ["App's", 7, true, false, expect.arrayContaining([expect.stringContaining('reader=c*')]), settings],
  ]);
});

it('ends the connections that are open, and new ones find the old data', async () => {
  await query('CREATE TABLE public.t (n INT)');
  for (const work of [() => lease.snapshot(snapshots), () => lease.reset(snapshots)]) {
    const idle = new Client({ connectionString: lease.env.DATABASE_URL });
    const ended = new Promise<Error>((resolve) => idle.on('error', resolve));
    await idle.connect();
    await idle.query('BEGIN');
    await idle.query('INSERT INTO public.t VALUES (1)');
    await work();
    expect(await ended).toMatchObject({ code: '57P01' });
    expect(await query('SELECT * FROM public.t')).toEqual([]);
  }
});

it('goes back to the last snapshot, and says of what it keeps none', async () => {
  await lease.reset(snapshots);
  await query('CREATE TABLE public.migrated (n INT)');
  const { services, without } = await lease.snapshot();
  expect(services).toEqual({ postgres: 'kept' });
  expect(without).toMatchObject({
    redis: 'a reset empties it, and nothing is kept',
    web: expect.stringContaining(FIXTURE_IMAGE),
  });
  await query('INSERT INTO public.migrated VALUES (1)');
  await lease.reset(snapshots);
  expect(await query('SELECT * FROM public.migrated')).toEqual([]);
});

it('serves resets that come at once one after the other', async () => {
  await query('CREATE TABLE public.many (n INT)');
  await lease.snapshot(snapshots);
  await query('INSERT INTO public.many VALUES (1)');
  const reports = await Promise.all([1, 2, 3].map(() => lease.reset(snapshots)));
  expect(reports.map(({ services }) => services.postgres)).toEqual(['restored', 'restored', 'restored']);
  expect(await query('SELECT * FROM public.many')).toEqual([]);
});

it('leaves the data as it is when the new database cannot be made', async () => {
  await lease.snapshot(snapshots);
  await query('CREATE TABLE public.mine (n INT)');
  // A foreign database in the place of the new one, which its sessions keep from being dropped.
  await query('CREATE DATABASE "My App_dm_next"', 'postgres');
  const holder = new Client({
    connectionString: lease.env.DATABASE_URL?.replace(/[^/]*$/, encodeURIComponent('My App_dm_next')),
  });
  await holder.connect();
  const failure: unknown = await lease.reset(snapshots).catch((error: Error) => error);
  expect(failure).toMatchObject({ code: 'RESET_FAILED', exitCode: 4 });
  expect(String(failure)).toContain('is being accessed by other users');
  expect(await query('SELECT * FROM public.mine')).toEqual([]);
  await holder.end();
  await lease.reset(snapshots);
});

it("runs a user's own command in the service, in place of ours", async () => {
  const web = (text: string) => ({ services: ['web'], commands: { web: ['sh', '-c', text] } });
  expect((await lease.reset(web('echo of a test > /reset'))).services).toEqual({ web: 'commanded' });
  const { id } = (await containers()).web as ContainerSummary;
  expect((await scope.engine.exec(id, ['cat', '/reset'], NEVER)).output).toBe('of a test\n');
  await expect(lease.reset(web('echo no disk; exit 3'))).rejects.toMatchObject({
    code: 'RESET_FAILED',
    params: { service: 'web', project: lease.project, reason: 'no disk' },
  });
  await expect(lease.reset({ ...web('sleep 30'), timeout: 300 })).rejects.toThrow('did not end within 0.3 s');
  const given = AbortSignal.abort(new Error('Ctrl-C'));
  await expect(lease.reset({ ...web('true'), signal: given })).rejects.toThrow('Ctrl-C');
});

it('shows no password in an error', async () => {
  const tell = ['sh', '-c', 'echo "FATAL: $POSTGRES_PASSWORD"; exit 1'];
  const failure: unknown = await lease.reset({ services: ['postgres'], commands: { postgres: tell } }).catch((e) => e);
  expect(failure).toMatchObject({ code: 'RESET_FAILED', message: expect.stringContaining('FATAL: ***') });
});

it('says which services there are, and which have no reset', async () => {
  const failing = (options: Parameters<Lease['reset']>[0]) => lease.reset(options).catch((error: Error) => error);
  expect(await failing({ services: ['postgers'] })).toMatchObject({
    code: 'OPTION_INVALID',
    message: 'services: there is no service "postgers" (did you mean "postgres"?).',
  });
  expect(await failing({ commands: { nothing: ['true'] } })).toMatchObject({ code: 'OPTION_INVALID' });
  expect(await failing({ services: ['web'] })).toMatchObject({
    code: 'RESET_UNSUPPORTED',
    message: `"web" has no reset: how the data of ${FIXTURE_IMAGE} is brought back is not known.`,
  });
});

it('tells of a password that the compose file does not show', async () => {
  await expect(lease.reset({ services: ['locked'] })).rejects.toMatchObject({
    code: 'RESET_FAILED',
    message: expect.stringContaining('NOAUTH'),
  });
});
