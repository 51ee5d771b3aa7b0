import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lease } from '../../src/manager/lease.js';
import { redirectEnvironment } from '../../src/redirect/port-map.js';
import { Scope } from '../support/scope.js';
import { PRELOAD } from './support/run-redirected.js';

const SUITE = fileURLToPath(new URL('hardcoded-suite', import.meta.url));
const JEST = find('jest/bin/jest');
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

/** The two environments; every run of this file uses both, one for each copy of the suite. */
let scope: Scope;
let leases: Lease[] = [];

beforeAll(async () => {
  scope = new Scope();
  leases = await Promise.all([1, 2].map(() => scope.manager.acquire({ cwd: SUITE })));
});

afterAll(async () => {
  await Promise.all(leases.map((lease) => lease.release()));
  await scope[Symbol.asyncDispose]();
});

it.each(['forks', 'threads', 'vmThreads'])(
  'two copies of an unmodified suite at once see their own data only: vitest, pool %s',
  (pool) => runTwice(`vitest-${pool}`, [VITEST, 'run', `--pool=${pool}`]),
);

/**
 * jest is no dependency of this project: it runs where it is found, as with NODE_PATH=/some/folder/node_modules. Without
 * timings of an earlier run in its cache it takes its default pool; quick files it would run in its own process.
 */
it.skipIf(JEST === undefined)('two copies of an unmodified suite at once see their own data only: jest', () =>
  runTwice('jest', [
    ...['--experimental-vm-modules', String(JEST), '--rootDir', SUITE, '--maxWorkers=2'],
    ...['--cacheDirectory', join(scope.folder, 'jest'), '--config', '{"transform":{},"testTimeout":20000}'],
  ]),
);

async function runTwice(runner: string, args: readonly string[]): Promise<void> {
  const names = leases.map((_, i) => `${runner}-${i}`);
  await Promise.all(leases.map((lease, i) => runSuite(lease, args, String(names[i]))));
  const contents = await Promise.all(leases.map(takeContents));
  const pages = await Promise.all(leases.map(page));
  expect(pages[0]).not.toBe(pages[1]);
  expect(contents).toEqual(names.map((name, i) => ({ rows: [name], entries: [name], page: pages[i] })));
}

async function runSuite(lease: Lease, args: readonly string[], name: string): Promise<void> {
  const { env, ambiguous } = redirectEnvironment(PRELOAD, lease.record.bindings, {});
  expect(ambiguous).toEqual([]);
  await execa(process.execPath, args, {
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '', RUN_NAME: name, ...env },
    stdin: 'ignore',
    timeout: 30_000,
    cwd: SUITE,
  });
}

/** What the copy has left in its environment, read at the leased ports and removed, for the next runner. */
async function takeContents(lease: Lease): Promise<{ rows: string[]; entries: string[]; page: string | null }> {
  const client = new Client(`postgres://postgres:secret@127.0.0.1:${port(lease, 'database', 5432)}/app`);
  await client.connect();
  const { rows } = await client.query<{ name: string }>('SELECT name FROM runs');
  await client.query('DROP TABLE runs');
  await client.end();
  const redis = new Redis(port(lease, 'cache', 6379), '127.0.0.1');
  const contents = {
    rows: rows.map((row) => row.name),
    entries: await redis.lrange('runs', 0, -1),
    page: await redis.get('page'),
  };
  await redis.flushall();
  await redis.quit();
  return contents;
}

/** The fixture's page names the container that it comes from. */
async function page(lease: Lease): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port(lease, 'web', 8080)}/`)).text();
}

function port(lease: Lease, service: string, target: number): number {
  return Number(lease.services[service]?.ports[`${target}/tcp`]);
}

function find(module: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(module);
  } catch {
    return undefined;
  }
}
