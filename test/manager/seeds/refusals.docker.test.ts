import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LABEL } from '../../../src/domain/labels.js';
import { connectEngine } from '../../../src/engine/docker-engine.js';
import type { Engine } from '../../../src/engine/engine.js';
import { FIXTURE_IMAGE, NEVER, REDIS_IMAGE, Scope } from '../../support/scope.js';

let scope: Scope;
/** Called after each copy. */
let copied: () => Promise<unknown> = async () => {};

beforeAll(() => {
  const engine = connectEngine(process.env);
  const copyIntoVolume: Engine['copyIntoVolume'] = async (...copy) => {
    await engine.copyIntoVolume(...copy);
    await copied();
  };
  scope = new Scope({ engine: { ...engine, copyIntoVolume } });
});

afterAll(async () => {
  copied = async () => {};
  await scope.manager.purgeVolumes();
  await scope.manager.purgeVolumes({ names: ['full'] });
  await scope[Symbol.asyncDispose]();
});

const one = (image: string, volume: string) =>
  scope.file('compose.yml', `services: { cache: { image: ${image}, volumes: ["${volume}"] } }\nvolumes: { data: }\n`);

it('a seed that is purged while it is copied fails the start, and nothing of that stays', async () => {
  one(REDIS_IMAGE, 'data:/data');
  const options = { cwd: scope.folder, seeds: { cache: { command: 'true' } } };
  await (await scope.manager.acquire(options)).release();
  expect((await scope.manager.volumes()).map(({ kind }) => kind)).toEqual(['seed']);
  copied = () => scope.manager.purgeVolumes();
  await expect(scope.manager.acquire(options)).rejects.toMatchObject({
    code: 'SEED_GONE',
    params: { service: 'cache' },
  });
  expect(await scope.manager.status()).toEqual([]);
  expect(await scope.manager.volumes()).toEqual([]);
});

describe('a snapshot', () => {
  beforeAll(async () => {
    copied = async () => {};
    one(FIXTURE_IMAGE, 'data:/data');
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    await scope.manager.saveSnapshot({ snapshot: 'full', name: lease.id });
  });

  it.each([
    ['another image', REDIS_IMAGE, 'data:/data', 'its data was written by another image'],
    ['another folder', FIXTURE_IMAGE, 'data:/elsewhere', 'it has no volume at /data of that service'],
  ])('does not go into an environment with %s, which stays as it is', async (_, image, volume, reason) => {
    one(image, volume);
    await using other = await scope.manager.acquire({ cwd: scope.folder });
    const containers = async () =>
      (await scope.engine.containers({ [LABEL.lease]: other.id }, NEVER)).map(({ id, status }) => [id, status]);
    const before = await containers();
    await expect(scope.manager.restoreSnapshot({ snapshot: 'full', name: other.id })).rejects.toMatchObject({
      code: 'SNAPSHOT_MISFIT',
      message: expect.stringContaining(reason),
    });
    expect(await containers()).toEqual(before);
    await other.check();
  });
});
