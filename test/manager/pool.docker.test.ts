import { execa } from 'execa';
import { expect, it } from 'vitest';
import { createContext } from '../../src/manager/context.js';
import { fromPool } from '../../src/manager/pool/hand-out.js';
import { runCli } from '../support/run-cli.js';
import { FIXTURE_IMAGE, POSTGRES_IMAGE, REDIS_IMAGE, Scope } from '../support/scope.js';

const IMAGE = `dm-pool-test-${process.pid}`;
const docker = (...args: readonly string[]) => execa('docker', args);

function layFiles(scope: Scope): void {
  scope.file(
    'compose.yml',
    `
services:
  web:
    image: ${IMAGE}
    ports: ["8080:8080"]
    volumes: ["./page.html:/page.html:ro"]
`,
  );
  scope.file('page.html', 'a page');
}

/** What is in files is looked at in bound-files.test.ts. Each is undone afterwards. */
const CHANGES: [string, (scope: Scope, project: string) => unknown][] = [
  ['a bound file', (scope) => scope.file('page.html', 'b page')],
  ['its image', () => docker('tag', REDIS_IMAGE, IMAGE)],
  // Not stopped: the engine's list may say for some milliseconds that it runs.
  ['a container, which was removed', (_, project) => docker('rm', '-f', `${project}-web-1`)],
];

it('hands nothing over after something of it has changed, and the same again where nothing has', async () => {
  await using scope = new Scope();
  const context = createContext(scope.config);
  const options = { cwd: scope.folder, pool: 1 };
  layFiles(scope);
  await docker('tag', FIXTURE_IMAGE, IMAGE);
  try {
    for (const [what, change] of CHANGES) {
      await scope.manager.poolFill(options);
      const warm = (await scope.manager.status()).find(({ record }) => record.pool?.state === 'warm');
      await change(scope, warm?.record.project ?? '');
      expect(await fromPool(context, options), what).toEqual({ place: { key: expect.any(String), state: 'used' } });
      layFiles(scope);
      await docker('tag', FIXTURE_IMAGE, IMAGE);
    }
    await scope.manager.poolFill(options);
    const { environment } = await fromPool(context, options);
    expect(environment?.record).toMatchObject({ generation: 2, state: 'ready' });
    await scope.manager.release(environment?.record.id ?? '');
  } finally {
    await scope.manager.poolDrain();
    await scope.manager.clean();
    await context.close();
    await docker('rmi', '-f', IMAGE);
  }
}, 120_000);

it('is filled by the watchdog, with the variables of whoever asked, and taken by any command with the same', async () => {
  await using scope = new Scope();
  scope.file(
    'compose.yml',
    `services: { web: { image: ${FIXTURE_IMAGE}, environment: { BODY: $PAGE }, ports: ["8080:8080"] } }`,
  );
  const run = (page: string, ...args: readonly string[]) =>
    runCli([...args, '--json', '--state-dir', scope.stateDir], { cwd: scope.folder, env: { PAGE: page } });
  const start = async (page: string) => JSON.parse((await run(page, 'start', '--pool', '1')).stdout).data;
  const warm = async () =>
    (JSON.parse((await run('', 'pool', 'status')).stdout).data.pools as { warm: number }[]).map((pool) => pool.warm);

  const cold = await start('first-of-all');
  await expect.poll(warm, { timeout: 60_000, interval: 300 }).toEqual([1]);
  const other = await start('somebody-else');
  const [one, two] = await Promise.all([start('first-of-all'), start('first-of-all')]);
  expect([one, two].filter(({ timings }) => timings.create === undefined)).toHaveLength(1);
  const pages = [cold, other, one, two].map(async ({ services }) => {
    const { host, ports } = services.web;
    return (await (await fetch(`http://${host}:${ports['8080/tcp']}/`)).text()).trim();
  });
  expect(await Promise.all(pages)).toEqual(['first-of-all', 'somebody-else', 'first-of-all', 'first-of-all']);
  expect(new Set([cold, other, one, two].map(({ lease }) => lease.project)).size).toBe(4);
  const { stdout } = await run('', 'stop', '--all');
  expect(JSON.parse(stdout).data.kept).toEqual([]);
  expect(await warm()).toEqual([]);
}, 120_000);

it('has had a first query, so that whoever takes a database does not wait for what its server reads then', async () => {
  await using scope = new Scope();
  const login = 'POSTGRES_USER: shop, POSTGRES_PASSWORD: correct-horse, POSTGRES_DB: app';
  scope.file('compose.yml', `services: { db: { image: ${POSTGRES_IMAGE}, environment: { ${login} } } }`);
  await scope.manager.poolFill({ cwd: scope.folder, pool: 1 });
  const warm = (await scope.manager.status()).find(({ record }) => record.pool?.state === 'warm');
  // PostgreSQL writes it at the end of the first session in each database.
  const { stdout } = await docker(
    'exec',
    `${warm?.record.project}-db-1`,
    'sh',
    '-c',
    'ls $PGDATA/base/*/pg_internal.init',
  );
  expect(stdout.split('\n')).toHaveLength(1);
  await scope.manager.poolDrain();
}, 60_000);
