import { afterEach, describe, expect, it, vi } from 'vitest';
import { openRun } from '../../../src/surfaces/runner/run.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** With an engine that nobody could reach: nothing is started. */
function given(variables: Readonly<Record<string, string>>): void {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.stubEnv('DOCKER_HOST', 'unix:///nowhere/docker.sock');
  vi.stubEnv('DOCKER_MANUAL_EXTERNAL', '1');
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

describe('services from outside', () => {
  it('are found under the same names as our own', async () => {
    given({ DATABASE_URL: 'postgresql://ci:pw@db.ci/app', REDIS_URL: 'redis://cache.ci:16379/2' });
    const run = await openRun({ external: { postgres: 'DATABASE_URL', 'my-cache': 'REDIS_URL' } });
    expect(run.info).toEqual({
      lease: null,
      project: null,
      skipped: null,
      services: {
        postgres: {
          state: 'running',
          host: 'db.ci',
          ports: { '5432/tcp': 5432 },
          url: 'postgresql://ci:pw@db.ci/app',
        },
        'my-cache': {
          state: 'running',
          host: 'cache.ci',
          ports: { '6379/tcp': 16379 },
          url: 'redis://cache.ci:16379/2',
        },
      },
      env: {
        DM_POSTGRES_HOST: 'db.ci',
        DM_POSTGRES_PORT: '5432',
        DM_POSTGRES_PORT_5432: '5432',
        DM_POSTGRES_URL: 'postgresql://ci:pw@db.ci/app',
        DM_MY_CACHE_HOST: 'cache.ci',
        DM_MY_CACHE_PORT: '16379',
        DM_MY_CACHE_PORT_6379: '16379',
        DM_MY_CACHE_URL: 'redis://cache.ci:16379/2',
      },
    });
    expect(process.env).toMatchObject(run.info.env);
    await run.close();
    expect(process.env.DM_POSTGRES_HOST).toBeUndefined();
  });

  it('without names are left to the tests', async () => {
    given({});
    const run = await openRun();
    expect(run.info).toMatchObject({ services: {}, env: {}, skipped: null });
    await run.close();
  });

  it.each([
    [{}, 'DATABASE_URL is not set'],
    [{ DATABASE_URL: 'secret-without-host' }, 'DATABASE_URL holds no URL with a host and a port'],
    [{ DATABASE_URL: 'strange://:secret@/x' }, 'DATABASE_URL holds no URL with a host and a port'],
    [{ DATABASE_URL: 'strange://host-without-port/secret' }, 'DATABASE_URL holds no URL with a host and a port'],
  ])('are refused by name, never by value: %j', async (variables, reason) => {
    given(variables);
    const opening = openRun({ external: { postgres: 'DATABASE_URL' } });
    await expect(opening).rejects.toThrow(`DOCKER_MANUAL_EXTERNAL: ${reason}`);
    await expect(openRun({ external: { postgres: 'DATABASE_URL' } })).rejects.not.toThrow('secret');
  });
});
