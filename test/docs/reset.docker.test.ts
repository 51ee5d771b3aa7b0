import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { FIXTURE_IMAGE, POSTGRES_IMAGE, REDIS_IMAGE, Scope } from '../support/scope.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const BLOCKS = [...readFileSync(`${ROOT}docs/reset.md`, 'utf8').matchAll(/```js\n([\s\S]*?)```/g)].map((m) =>
  String(m[1]),
);

const STACK = `
services:
  postgres:
    image: ${POSTGRES_IMAGE}
    environment: { POSTGRES_PASSWORD: secret, POSTGRES_DB: app }
    command: ["postgres", "-c", "fsync=off"]
    ports: ["5432:5432"]
  redis: { image: "${REDIS_IMAGE}", ports: ["6379:6379"] }
  search: { image: "${FIXTURE_IMAGE}" }
`;

/** A folder in which this package and the reader's own client are installed. */
function readersProject(): Scope {
  const scope = new Scope();
  scope.file('compose.yml', STACK);
  mkdirSync(`${scope.folder}/node_modules`);
  symlinkSync(ROOT, `${scope.folder}/node_modules/docker-manual`);
  symlinkSync(`${ROOT}node_modules/pg`, `${scope.folder}/node_modules/pg`);
  return scope;
}

const block = (text: string) => BLOCKS.find((each) => each.includes(text)) ?? '';

it('the first example is a suite that passes', { timeout: 180_000 }, async () => {
  await using scope = readersProject();
  const file = scope.file('users.test.mjs', block('node:test'));
  const env = { DOCKER_MANUAL_HOME: scope.stateDir };
  const { stdout } = await execa(process.execPath, ['--test', file], { cwd: scope.folder, env });
  expect(stdout).toMatch(/pass 2\b/);
});

it('the others work in a worker, and beside a lease', { timeout: 180_000 }, async () => {
  await using scope = readersProject();
  await using lease = await scope.manager.acquire({ cwd: scope.folder });
  const file = scope.file('worker.mjs', block('workerDatabase'));
  await execa(process.execPath, [file], { cwd: '/', env: { ...lease.env, VITEST_POOL_ID: '2' } });
  const rest = BLOCKS.filter((each) => !each.includes('import '));
  expect(rest).toHaveLength(2);
  const run = async (text: string) => {
    const body = `const work = async (lease, getDefaultManager) => {\n${text}\n};\nexport default work;`;
    const url = `data:text/javascript,${encodeURIComponent(body.replace(/curl .*orders/, 'true'))}`;
    const { default: work } = (await import(/* @vite-ignore */ url)) as { default: (held: unknown) => Promise<void> };
    await work(lease);
  };
  for (const text of rest) await run(text);
});
