import { execa } from 'execa';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lease } from '../../src/manager/lease.js';
import type { WorkerDatabase } from '../../src/manager/worker-database.js';
import { FIXTURE_IMAGE, POSTGRES_IMAGE, REDIS_IMAGE, Scope } from '../support/scope.js';

/** As long as PostgreSQL lets a name be: what is put behind it must not be cut off. */
const NAME = `app_${'x'.repeat(59)}`;

const STACK = `
services:
  db:
    image: ${POSTGRES_IMAGE}
    environment: { POSTGRES_PASSWORD: secret, POSTGRES_DB: ${NAME} }
    command: ["postgres", "-c", "fsync=off"]
    ports: ["5432:5432"]
  cache: { image: "${REDIS_IMAGE}", ports: ["6379:6379"] }
  web: { image: "${FIXTURE_IMAGE}" }
`;

let scope: Scope;
let lease: Lease;

beforeAll(async () => {
  scope = new Scope();
  scope.file('compose.yml', STACK);
  lease = await scope.manager.acquire({ cwd: scope.folder });
  await query(lease.env.DATABASE_URL, `CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('seed')`);
});

afterAll(async () => {
  await lease.release();
  await scope[Symbol.asyncDispose]();
});

async function query(url: string | undefined, sql: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
  } finally {
    await client.end();
  }
}

const users = (url: string | undefined) => query(url, 'SELECT name FROM users ORDER BY name');

/** A process of its own, somewhere else, with the variables of the lease. */
async function inWorker(env: Record<string, string>, ...args: string[]): Promise<WorkerDatabase> {
  const script = new URL('../support/ask-worker-database.mjs', import.meta.url).pathname;
  const { stdout } = await execa(process.execPath, [script, ...args], {
    cwd: '/',
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '', HOME: scope.folder, ...lease.env, ...env },
  });
  return JSON.parse(stdout) as WorkerDatabase;
}

it('gives workers that ask at once a database each, with the data of the service', async () => {
  const [first, again, second] = await Promise.all([
    inWorker({ JEST_WORKER_ID: '1' }),
    inWorker({ VITEST_POOL_ID: '1' }),
    inWorker({ TEST_PARALLEL_INDEX: '1' }),
  ]);
  expect(again).toEqual(first);
  expect([first.slot, second.slot]).toEqual([1, 2]);
  expect([first.name, second.name]).toEqual([`${NAME.slice(0, 60)}_w1`, `${NAME.slice(0, 60)}_w2`]);
  await query(first.url, `INSERT INTO users VALUES ('of worker 1')`);
  expect(await users(first.url)).toEqual([['of worker 1'], ['seed']]);
  expect(await users(second.url)).toEqual([['seed']]);
  expect(await users(lease.env.DATABASE_URL)).toEqual([['seed']]);
  // Asking again changes nothing.
  expect(await users((await lease.worker(1)).url)).toEqual([['of worker 1'], ['seed']]);
});

it('hands out variables that lead to it, and the others as they are', async () => {
  const { env, url, name } = await lease.worker(3);
  const { DATABASE_URL, PGDATABASE, DM_DB_URL, ...others } = env;
  expect({ DATABASE_URL, PGDATABASE, DM_DB_URL }).toEqual({ DATABASE_URL: url, PGDATABASE: name, DM_DB_URL: url });
  expect(lease.env).toMatchObject(others);
  expect(others).toMatchObject({ DM_LEASE: lease.id, DM_STATE_DIR: scope.stateDir });
});

it('is reset alone', async () => {
  const [one, two] = [await lease.worker(1), await lease.worker(2)];
  for (const { url } of [one, two]) await query(url, `INSERT INTO users VALUES ('later')`);
  expect((await lease.reset({ slot: 1 })).services).toEqual({ db: 'restored' });
  expect(await users(one.url)).toEqual([['seed']]);
  expect(await users(two.url)).toEqual([['later'], ['seed']]);
  await inWorker({ JEST_WORKER_ID: '2' }, 'reset');
  expect(await users(two.url)).toEqual([['seed']]);
  // A worker that resets before it asks gets the same.
  await lease.reset({ slot: 7 });
  expect(await users((await lease.worker(7)).url)).toEqual([['seed']]);
});

it('says what is not divided among workers', async () => {
  const failing = (work: Promise<unknown>) => work.catch((error: Error) => error);
  expect(await failing(lease.reset({ services: ['cache'], slot: 1 }))).toMatchObject({
    code: 'RESET_UNSUPPORTED',
    message: '"cache" has no database per worker: all workers share it.',
  });
  expect(await failing(scope.manager.workerDatabase({ name: lease.id, service: 'cache' }))).toMatchObject({
    code: 'RESET_UNSUPPORTED',
  });
  expect(await failing(scope.manager.workerDatabase({ name: lease.id, service: 'dbb' }))).toMatchObject({
    message: 'service: there is no service "dbb" (did you mean "db"?).',
  });
  for (const slot of [0, -1, 1.5, Number.NaN]) {
    expect(await failing(lease.worker(slot))).toMatchObject({ code: 'OPTION_INVALID' });
  }
});

it('is never looked for in another environment than the one whose variables the process has', async () => {
  const gone = inWorker({ DM_LEASE: '0'.repeat(32) });
  await expect(gone).rejects.toThrow(`There is no environment "${'0'.repeat(32)}"`);
});
