import { Client } from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { closeRuns, openRun } from '../../../src/surfaces/runner/run.js';
import { Scope } from '../../support/scope.js';
import { fixture, POSTGRES_AND_REDIS } from '../../support/stacks.js';

/** The setup of a run tells its user how it goes; here that is noise. */
function silence(): { text: string } {
  const said = { text: '' };
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.text += text;
    return true;
  });
  return said;
}

function options(scope: Scope, text = fixture()) {
  scope.file('compose.yml', text);
  return { files: ['compose.yml'], cwd: scope.folder, manager: { stateDir: scope.stateDir, watchdog: false } };
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('a run', () => {
  it('is one environment for all who ask for the same, and ends with the last of them', async () => {
    silence();
    await using scope = new Scope();
    const { files, cwd, manager } = options(scope);
    // As a second instance of the module would: in another order, at the same time.
    const [one, other] = await Promise.all([openRun({ files, cwd, manager }), openRun({ manager, cwd, files })]);
    expect(other.info).toBe(one.info);
    await one.close();
    await one.close();
    expect(await scope.manager.status()).toMatchObject([{ record: { project: one.info.project } }]);
    await other.close();
    expect(await scope.manager.status()).toEqual([]);
  });

  it('that is kept warm is there for the next one in that time', async () => {
    silence();
    await using scope = new Scope();
    const asked = { ...options(scope), mode: 'shared' as const };
    const first = await openRun({ ...asked, keepWarm: 3_600_000 });
    await first.close();
    expect(await scope.manager.status()).toMatchObject([{ record: { project: first.info.project, holders: [] } }]);
    const second = await openRun({ ...asked, keepWarm: 3_600_000 });
    expect(second.info.lease).toBe(first.info.lease);
    await second.close();
    const [kept] = await scope.manager.status();
    expect((kept?.record.expiresAt ?? 0) - Date.now()).toBeGreaterThan(3_000_000);
    await scope.manager.stop({ names: [first.info.project ?? ''] });
  });

  it('hands its addresses over as plain data and as variables, and takes those back', async () => {
    silence();
    vi.stubEnv('REDIS_URL', 'redis://of.the.user');
    vi.stubEnv('DATABASE_URL', undefined);
    await using scope = new Scope();
    const run = await openRun(options(scope, POSTGRES_AND_REDIS));
    const url = process.env.DATABASE_URL;
    expect(structuredClone(run.info)).toEqual(run.info);
    expect(run.info).toMatchObject({ services: { postgres: { url, state: 'healthy' } }, skipped: null });
    expect(process.env.REDIS_URL).toBe(run.info.services.redis?.url);
    const client = new Client(url);
    await client.connect();
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await client.end();
    await run.close();
    expect(process.env).toMatchObject({ REDIS_URL: 'redis://of.the.user' });
    expect(process.env.DATABASE_URL).toBeUndefined();
  });

  it('lets later processes reach the services on the ports of the file', async () => {
    silence();
    vi.stubEnv('NODE_OPTIONS', '--no-warnings');
    await using scope = new Scope();
    const run = await openRun({ ...options(scope), redirect: true });
    expect(process.env.NODE_OPTIONS).toMatch(/^--no-warnings --require \S+preload\.cjs$/);
    expect(process.env.DM_PORT_MAP).toBe(`8080=${run.info.services.web?.ports['8080/tcp']}`);
    await run.close();
    expect(process.env.NODE_OPTIONS).toBe('--no-warnings');
  });

  it('leaves nothing behind when its start fails, and can be asked for again', async () => {
    silence();
    await using scope = new Scope();
    const broken = options(scope, fixture({}, '    entrypoint: ["false"]\n'));
    await expect(openRun(broken)).rejects.toMatchObject({ code: 'SERVICE_FAILED' });
    expect(await scope.manager.status()).toEqual([]);
    const run = await openRun(options(scope));
    await run.close();
  });

  it('is ended together with all others by a teardown that knows none of them', async () => {
    silence();
    await using scope = new Scope();
    const run = await openRun(options(scope));
    await closeRuns();
    expect(await scope.manager.status()).toEqual([]);
    await run.close();
  });

  it('refuses an option that nobody would read', async () => {
    silence();
    await using scope = new Scope();
    const misspelt = { ...options(scope), waitTimout: 5 };
    await expect(openRun(misspelt)).rejects.toThrow('did you mean "waitTimeout"?');
  });
});

describe('without a Docker engine', () => {
  it('a run fails, or goes on without services and says so in one line', async () => {
    const said = silence();
    await using scope = new Scope();
    vi.stubEnv('DOCKER_HOST', `unix://${scope.folder}/nobody.sock`);
    await expect(openRun(options(scope))).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    expect(said.text).toBe('');
    const run = await openRun({ ...options(scope), onUnavailable: 'skip' });
    expect(run.info).toMatchObject({ services: {}, lease: null, skipped: expect.stringContaining('nobody.sock') });
    expect(process.env.DM_SKIPPED).toBe('1');
    expect(said.text).toMatch(/^docker-manual: tests that need services are skipped: No Docker engine .*\n$/);
    await run.close();
    expect(process.env.DM_SKIPPED).toBeUndefined();
    vi.unstubAllEnvs();
  });
});
