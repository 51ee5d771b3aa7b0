import { chmodSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { AcquireOptions } from '../../../src/manager/acquire-options.js';
import { FIXTURE_IMAGE, NEVER, Scope } from '../../support/scope.js';

const DOCKERFILE = `
FROM ${FIXTURE_IMAGE} AS deps
COPY deps.lock /
RUN head -c 16 /dev/urandom | od -An -tx1 > /installed
FROM deps
COPY . /app
RUN head -c 16 /dev/urandom | od -An -tx1 > /built
`;

const STACK = 'services: { app: { build: ./app } }\n';

/** A project with one service that is built; its own environment variables, so that a CI's do not count. */
function project(files: Readonly<Record<string, string>> = {}): Scope {
  const scope = new Scope({ env: { ...process.env, CI: '' } });
  const all = {
    'compose.yml': STACK,
    'app/Dockerfile': DOCKERFILE,
    'app/deps.lock': `${process.pid} ${performance.now()}`,
    'app/code': 'one',
    ...files,
  };
  for (const [name, content] of Object.entries(all)) scope.file(name, content);
  return scope;
}

/** What the service's container has in a file, of an environment that lives as long as the look takes. */
async function look(scope: Scope, options: AcquireOptions, ...paths: string[]): Promise<string> {
  const lease = await scope.manager.acquire({ cwd: scope.folder, ...options });
  try {
    const [container] = await scope.engine.containers({ 'dev.docker-manual.lease': lease.record.id }, NEVER);
    const { output } = await scope.engine.exec(container?.id ?? '', ['cat', ...paths], NEVER);
    return output.trim();
  } finally {
    await lease.release();
  }
}

const builds = (scope: Scope) => scope.progress.filter((p) => p.type === 'building').length;
const code = (scope: Scope) => look(scope, {}, '/app/code');

describe('what has changed is built, and nothing else', () => {
  it('an unchanged tree is not built again, a changed one is, and dependencies stay', async () => {
    await using scope = project();
    const first = await look(scope, {}, '/installed');
    await look(scope, {}, '/installed');
    expect(builds(scope)).toBe(1);
    scope.file('app/code', 'two');
    expect(await look(scope, {}, '/app/code', '/installed')).toBe(`two ${first}`);
    expect(builds(scope)).toBe(2);
    scope.file('app/code', 'one');
    expect(await code(scope)).toBe('one');
    expect(builds(scope)).toBe(2);
  });

  it('an edit is seen however small: same size and time, mode, name, ignored files aside', async () => {
    await using scope = project({ 'app/.dockerignore': '*.log\n' });
    const file = join(scope.folder, 'app/code');
    const before = new Date(1_600_000_000_000);
    utimesSync(file, before, before);
    expect(await code(scope)).toBe('one');
    writeFileSync(file, 'two');
    utimesSync(file, before, before);
    expect(await code(scope)).toBe('two');
    chmodSync(file, 0o755);
    await code(scope);
    renameSync(file, join(scope.folder, 'app/other'));
    expect(await look(scope, {}, '/app/other')).toBe('two');
    expect(builds(scope)).toBe(4);
    scope.file('app/x.log', 'noise');
    await look(scope, {}, '/app/other');
    expect(builds(scope)).toBe(4);
  });

  it('a new base image, another argument, another Dockerfile: all build', async () => {
    const stack = (argument: string) =>
      `services: { app: { build: { context: ./app, args: { A: "${argument}" } } } }\n`;
    await using scope = project({ 'compose.yml': stack('1') });
    const base = `dm-test-base-${process.pid}`;
    const dockerfile = scope.file('app/Dockerfile', `FROM ${base}\nARG A\nCOPY . /app\n`);
    await using _ = await ownImage(scope, base);
    await code(scope);
    await ownImage(scope, base);
    await code(scope);
    expect(builds(scope)).toBe(2);
    scope.file('compose.yml', stack('2'));
    await code(scope);
    writeFileSync(dockerfile, `FROM ${base}\nARG A\nCOPY . /app\nRUN true\n`);
    await code(scope);
    expect(builds(scope)).toBe(4);
  });
});

/** An image of that name with something new in it. */
async function ownImage(scope: Scope, name: string): Promise<AsyncDisposable> {
  const input = `FROM ${FIXTURE_IMAGE}\nLABEL made="${performance.now()}"\n`;
  await execa('docker', ['build', '-q', '-t', name, '-'], { input });
  return { [Symbol.asyncDispose]: async () => void (await scope.engine.removeImage(name, NEVER)) };
}

it('runs of one tree build it once', async () => {
  await using scope = project();
  const others = [1, 2, 3].map(() => new Scope({ env: { ...scope.config.env, DOCKER_MANUAL_HOME: scope.stateDir } }));
  const acquire = (one: Scope) => one.manager.acquire({ cwd: scope.folder });
  const leases = await Promise.all([scope, scope, scope].map(acquire));
  await Promise.all(leases.map((lease) => lease.release()));
  for (const other of others) await other[Symbol.asyncDispose]();
  expect(builds(scope)).toBe(1);
});

it('worktrees never get each other’s code', async () => {
  const shop = 'services: { app: { image: "dm-test-shop:1", build: ./app } }\n';
  await using one = project({ 'compose.yml': shop });
  await using two = project({ 'compose.yml': shop, 'app/code': 'of the other' });
  expect(await Promise.all([code(one), code(two)])).toEqual(['one', 'of the other']);
  expect(await Promise.all([code(one), code(two)])).toEqual(['one', 'of the other']);
  expect([builds(one), builds(two)]).toEqual([1, 1]);
  expect(await one.engine.image('dm-test-shop:1', NEVER)).toBe(undefined);
});

it('what is written while it is built is built again', async () => {
  await using scope = project({ 'app/Dockerfile': `FROM ${FIXTURE_IMAGE}\nRUN sleep 2\nCOPY code /app/code\n` });
  const acquired = code(scope);
  await scope.told('build-step');
  scope.file('app/code', 'two');
  expect(await acquired).toBe('two');
  scope.file('app/code', 'one');
  expect(await code(scope)).toBe('one');
});

describe('policies', () => {
  it('none builds only what was never built, all builds without the cache', async () => {
    await using scope = project();
    const first = await look(scope, { build: 'none' }, '/installed');
    scope.file('app/code', 'two');
    expect(await look(scope, { noCacheAppCode: false }, '/app/code', '/installed')).toBe(`one ${first}`);
    expect(builds(scope)).toBe(1);
    expect(await look(scope, { build: 'all' }, '/installed')).not.toBe(first);
    expect(await look(scope, { build: 'none' }, '/app/code')).toBe('two');
    expect(builds(scope)).toBe(2);
  });

  it('auto in CI is all once a day for the same lock files', async () => {
    await using scope = project();
    const ci = { ...scope.config.env, CI: 'true' };
    await using run = new Scope({ env: ci });
    const acquire = () => look(run, { cwd: scope.folder, build: 'auto' }, '/installed');
    scope.file('app/package-lock.json', '{}');
    const first = await acquire();
    scope.file('app/code', 'two');
    expect(await acquire()).toBe(first);
    scope.file('app/package-lock.json', '{ }');
    expect(await acquire()).not.toBe(first);
  });

  it('another word is refused', async () => {
    await using scope = project();
    const wrong = { build: 'some' } as unknown as AcquireOptions;
    await expect(scope.manager.acquire({ cwd: scope.folder, ...wrong })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });
});

describe('what a build is made of', () => {
  it('another service’s image: that is built first, and its change reaches the other', async () => {
    const stack = `
services:
  base: { image: "dm-test-own/base", build: ./base }
  app: { build: ./app }
`;
    const app = 'FROM dm-test-own/base:latest AS b\nFROM b\nCOPY --from=dm-test-own/base /of-base /copied\n';
    const base = (text: string) => `FROM ${FIXTURE_IMAGE}\nRUN echo ${text} > /of-base\n`;
    await using scope = project({ 'compose.yml': stack, 'app/Dockerfile': app, 'base/Dockerfile': base('first') });
    const ofApp = async () => {
      const lease = await scope.manager.acquire({ cwd: scope.folder });
      const all = await scope.engine.containers({ 'dev.docker-manual.lease': lease.record.id }, NEVER);
      const { id = '' } = all.find((container) => container.service === 'app') ?? {};
      const { output } = await scope.engine.exec(id, ['cat', '/of-base', '/copied'], NEVER);
      await lease.release();
      return output.trim();
    };
    expect(await ofApp()).toBe('first\nfirst');
    scope.file('base/Dockerfile', base('second'));
    expect(await ofApp()).toBe('second\nsecond');
    await ofApp();
    expect(builds(scope)).toBe(4);
  });

  it('folders beside the context, an inline Dockerfile, a target, secrets', async () => {
    const stack = `
services:
  app:
    build:
      context: ./app
      target: middle
      dockerfile_inline: |
        FROM ${FIXTURE_IMAGE} AS middle
        COPY --from=shared note /note
        RUN --mount=type=secret,id=token cp /run/secrets/token /seen
        FROM middle
        RUN false
      additional_contexts: { shared: ./shared }
      secrets: [token]
secrets: { token: { file: ./token } }
`;
    await using scope = project({ 'compose.yml': stack, 'shared/note': 'one', token: 'hidden' });
    expect(await look(scope, {}, '/note', '/seen')).toBe('onehidden');
    scope.file('shared/note', 'two');
    expect(await look(scope, {}, '/note', '/seen')).toBe('twohidden');
    await look(scope, {}, '/note');
    expect(builds(scope)).toBe(2);
    const [image] = await scope.engine.images({ 'dev.docker-manual.build': null }, NEVER);
    expect(JSON.stringify(image)).not.toContain('hidden');
  });

  it('what cannot be known is built each time, and gets a name by what it has become', async () => {
    const stack = 'services: { app: { build: { context: ./app, no_cache: true } } }\n';
    await using scope = project({ 'compose.yml': stack });
    const first = await look(scope, {}, '/installed');
    expect(await look(scope, {}, '/installed')).not.toBe(first);
    expect(builds(scope)).toBe(2);
  });
});

it('a failed build fails the acquire, says where, and keeps what it wrote', async () => {
  await using scope = project({
    'app/Dockerfile': `FROM ${FIXTURE_IMAGE}\nRUN echo compiling; echo no such function >&2; exit 3\n`,
  });
  const error = await scope.manager.acquire({ cwd: scope.folder }).catch((e) => e);
  expect(error).toMatchObject({ code: 'BUILD_FAILED', step: 'images', params: { service: 'app' } });
  expect(error.message).toContain(join(scope.folder, 'app/Dockerfile'));
  expect(error.message).toContain('RUN echo compiling');
  expect(error.message).toContain('no such function');
});

it('clean removes built images that nobody uses any more, and no others', async () => {
  await using scope = project();
  const lease = await scope.manager.acquire({ cwd: scope.folder });
  scope.file('app/code', 'two');
  await code(scope);
  const images = () => scope.engine.images({ 'dev.docker-manual.build-store': scope.store().id }, NEVER);
  expect(await images()).toHaveLength(2);
  await scope.manager.clean();
  expect(await images()).toHaveLength(2);
  await lease.release();
  await scope.manager.clean({ all: true, dryRun: true });
  expect(await images()).toHaveLength(2);
  const { removed } = await scope.manager.clean({ all: true });
  expect(removed).toHaveLength(2);
  expect(await images()).toHaveLength(0);
});
