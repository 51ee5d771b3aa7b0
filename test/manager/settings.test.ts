import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManager, type ExplainOptions } from '../../src/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content = 'services: { web: { image: web } }') =>
  writeFileSync(join(folder, name), content);
const config = (content: string) => write('docker-manual.config.yaml', content);

async function counts(options: ExplainOptions, env: Record<string, string> = {}) {
  const manager = createManager({ cwd: folder, env: { HOME: folder, ...env } });
  const { settings, compose } = await manager.explain({ cwd: folder, ...options });
  const found = Object.fromEntries(settings.map(({ key, value }) => [key, value]));
  const from = Object.fromEntries(settings.map((each) => [each.key, each.from]));
  return { ...found, from, files: compose.files.map((file) => file.split('/').at(-1)), compose };
}

describe('the kind', () => {
  it.each<[ExplainOptions, Record<string, string>, string]>([
    [{}, {}, 'test'],
    [{}, { DOCKER_ENV: 'dev' }, 'dev'],
    [{}, { DOCKER_ENV: 'production' }, 'prod'],
    [{ env: 'prod' }, { DOCKER_ENV: 'dev' }, 'prod'],
    [{ mode: 'production' }, {}, 'prod'],
    [{ mode: 'production', env: 'test' }, {}, 'test'],
    [{ mode: 'production' }, { DOCKER_ENV: 'dev' }, 'dev'],
  ])('%j with %j is %s', async (options, env, kind) => {
    expect(await counts(options, env)).toMatchObject({ env: kind });
  });

  it('decides on ports and lifetime where nothing else does, and says so', async () => {
    expect(await counts({})).toMatchObject({ portMode: 'range', ttl: 7_200_000 });
    const dev = await counts({ env: 'dev' });
    expect(dev).toMatchObject({ portMode: 'stable', ttl: null, from: { portMode: 'what is for dev' } });
    expect(await counts({ env: 'dev', portMode: 'fixed' })).toMatchObject({ portMode: 'fixed' });
  });

  it('has options of its own in the file, which count before what is said of all', async () => {
    config('ttl: 1h\nname: shop\nkinds: { dev: { ttl: 2h, files: [dev.yml] } }');
    expect(await counts({})).toMatchObject({ ttl: 3_600_000, name: 'shop' });
    const dev = await counts({ env: 'dev' });
    expect(dev).toMatchObject({ ttl: 7_200_000, name: 'shop' });
    expect(dev.from.ttl).toMatch(/^kinds\.dev\.ttl in /);
    expect(dev.compose.error).toContain(join(folder, 'dev.yml'));
  });
});

describe('the variant', () => {
  beforeEach(() => {
    write('docker-compose.alpine-test.yml');
    write('docker-compose.test.yml');
    write('docker-compose.yml');
  });

  it.each<[ExplainOptions, Record<string, string>, string]>([
    [{}, {}, 'docker-compose.alpine-test.yml'],
    [{}, { USE_ALPINE: 'true' }, 'docker-compose.alpine-test.yml'],
    [{}, { USE_ALPINE: 'false' }, 'docker-compose.test.yml'],
    [{ alpine: true }, { USE_ALPINE: 'false' }, 'docker-compose.alpine-test.yml'],
    [{ variant: 'regular' }, { USE_ALPINE: 'true' }, 'docker-compose.test.yml'],
    [{ variant: 'alpine' }, {}, 'docker-compose.alpine-test.yml'],
    [{ alpine: false }, {}, 'docker-compose.test.yml'],
    [{ files: ['docker-compose.yml'] }, { DOCKER_COMPOSE_PATH: 'x.yml' }, 'docker-compose.yml'],
    [{}, { DOCKER_COMPOSE_PATH: 'docker-compose.yml' }, 'docker-compose.yml'],
    [{}, { COMPOSE_FILE: 'docker-compose.yml' }, 'docker-compose.yml'],
    [{ env: 'dev' }, {}, 'docker-compose.yml'],
  ])('%j with %j: %s', async (options, env, file) => {
    expect((await counts(options, env)).files).toEqual([file]);
  });

  it('of the config file counts where no flag and no variable names one', async () => {
    config('variant: debug\nvariants: { debug: { overlay: docker-compose.test.yml }, alpine: { images: { web: x } } }');
    expect((await counts({})).files).toEqual(['docker-compose.test.yml', 'docker-compose.test.yml']);
    expect((await counts({}, { USE_ALPINE: 'false' })).files).toEqual(['docker-compose.test.yml']);
    expect((await counts({ alpine: true })).compose.why).toMatch(/variant alpine$/);
  });

  it.each<[ExplainOptions, RegExp]>([
    [{ variant: 'alpin' }, /no variant "alpin"; did you mean "alpine"\?/],
    [{ variant: 'regular', alpine: true }, /both "regular" and "alpine" are asked for/],
    [{ env: 'dev', alpine: true }, /none of compose\.alpine\.yaml, .* \(for --env dev --alpine\)/],
    [{ env: 'prod' }, /none of compose\.prod\.yaml, .* \(for --env prod\)/],
  ])('%j is refused', async (options, message) => {
    expect((await counts(options)).compose.error).toMatch(message);
  });
});
