import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { EngineProxy, engineSocket } from '../../bench/support/engine-proxy.mjs';
import { LABEL } from '../../src/domain/labels.js';
import { connectEngine } from '../../src/engine/docker-engine.js';
import type { Engine } from '../../src/engine/engine.js';
import { HealthWatch } from '../../src/manager/health-watch.js';
import type { Lease } from '../../src/manager/lease.js';
import { createManager } from '../../src/manager/manager.js';
import { runCli } from '../support/run-cli.js';
import { FIXTURE_IMAGE, NEVER, Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

/** Probed every half second also when it is healthy, so that the engine soon calls it unhealthy. */
const SOON_UNHEALTHY = fixture(
  {},
  '    healthcheck: { test: ["CMD", "/health.sh"], interval: 500ms, timeout: 1s, retries: 2 }\n',
);

/** Apart from those of other tests: while a service is down, anybody may take its port. */
const PORTS = '31200-31299';

describe('onUnhealthy: restart', () => {
  it('brings a service back that becomes unhealthy', async () => {
    await using scope = new Scope({ ports: PORTS });
    scope.file('compose.yml', SOON_UNHEALTHY);
    await using lease = await scope.manager.acquire({ cwd: scope.folder, onUnhealthy: 'restart' });
    await set(lease, 'health=fail');
    await scope.told('well');
    expect(await set(lease)).toBe('health=ok starts=2\n');
    const [environment] = await scope.manager.status();
    expect(environment).toMatchObject({ record: { state: 'ready' }, services: { web: { state: 'healthy' } } });
    expect(scope.progress).toContainEqual(
      expect.objectContaining({ type: 'unhealthy', services: { web: 'is unhealthy' }, action: 'restart' }),
    );
    expect(history(scope)).toEqual(['unhealthy', 'restarted restart']);
  });

  it('brings a service back that ends', async () => {
    await using scope = new Scope({ ports: PORTS });
    scope.file('compose.yml', fixture());
    await using lease = await scope.manager.acquire({ cwd: scope.folder, onUnhealthy: 'restart' });
    await set(lease, 'crash=3');
    await scope.told('well');
    expect(await set(lease)).toBe('health=ok starts=2\n');
    expect(scope.progress).toContainEqual(
      expect.objectContaining({ type: 'unhealthy', services: { web: 'exited with code 3' } }),
    );
  });

  it('makes a container anew that somebody has removed, and leaves the others alone', async () => {
    await using scope = new Scope({ ports: PORTS });
    scope.file('compose.yml', `${fixture()}  other: { image: ${FIXTURE_IMAGE} }\n`);
    await using lease = await scope.manager.acquire({ cwd: scope.folder, onUnhealthy: 'restart' });
    const [web, other] = [await containerOf(scope, lease, 'web'), await containerOf(scope, lease, 'other')];
    await scope.engine.removeContainer(web, NEVER);
    await scope.told('well');
    expect(await set(lease)).toBe('health=ok starts=1\n');
    expect(await containerOf(scope, lease, 'other')).toBe(other);
    expect(history(scope)).toEqual(['unhealthy', 'restart-failed restart', 'restarted recreate']);
  });

  it('leaves to the engine what it restarts by itself', async () => {
    await using scope = new Scope({ ports: PORTS });
    scope.file('compose.yml', fixture({}, '    restart: always\n'));
    await using lease = await scope.manager.acquire({ cwd: scope.folder, onUnhealthy: 'restart' });
    const engine = connectEngine(process.env);
    await using healthy = await nextEvent(engine, lease, 'health_status: healthy');
    await set(lease, 'crash=3');
    await healthy.seen;
    expect(history(scope)).toEqual([]);
  });

  it('gives up after two recoveries, says so once, and sees when it is well again', async () => {
    await using scope = new Scope({ ports: PORTS });
    const broken = '["sh", "-c", "[ ! -e /state/broken ] || exit 3; exec /entry.sh"]';
    const state = 'volumes: ["state:/state"]';
    scope.file(
      'compose.yml',
      `${fixture({}, `    entrypoint: ${broken}\n    ${state}\n`)}  keeper: { image: ${FIXTURE_IMAGE}, ${state} }\nvolumes: { state: {} }\n`,
    );
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    await using _ = watching(scope, lease);
    const keeper = () => containerOf(scope, lease, 'keeper');
    await scope.engine.exec(await keeper(), ['touch', '/state/broken'], NEVER);
    await set(lease, 'crash=3');
    await scope.told('degraded');
    expect((await scope.manager.status())[0]?.record.state).toBe('degraded');
    const rungs = ['restart', 'recreate', 'reconnect', 'recreate-all'].map((rung) => `restart-failed ${rung}`);
    expect(history(scope)).toEqual(['unhealthy', ...rungs, ...rungs, 'degraded']);

    await scope.engine.exec(await keeper(), ['rm', '/state/broken'], NEVER);
    await scope.manager.restart({ name: lease.project, services: ['web'] });
    await scope.told('well');
    expect((await scope.manager.status())[0]?.record.state).toBe('ready');
    expect(scope.progress.filter(({ type }) => type === 'degraded')).toHaveLength(1);
  }, 180_000);

  it('ends with the release, also in the middle of a recovery', async () => {
    await using scope = new Scope({ ports: PORTS });
    scope.file('compose.yml', fixture({ START_DELAY: '2' }));
    const lease = await scope.manager.acquire({ cwd: scope.folder, onUnhealthy: 'restart' });
    await set(lease, 'crash=3');
    await scope.told('unhealthy');
    await lease.release();
    // The scope finds whatever the recovery would have made after that.
  });

  it('ends when another process stops the environment, and makes nothing anew', async () => {
    await using scope = new Scope({ ports: PORTS });
    scope.file('compose.yml', fixture());
    await using lease = await scope.manager.acquire({ cwd: scope.folder, onUnhealthy: 'restart' });
    const elsewhere = createManager({ stateDir: scope.stateDir });
    await elsewhere.stop({ names: [lease.project] });
    await elsewhere.close();
    expect(scope.progress.filter(({ type }) => type === 'unhealthy')).toEqual([]);
  });

  it('removes what it has made anew when another process has stopped the environment meanwhile', async () => {
    await using scope = new Scope({ ports: PORTS });
    scope.file('compose.yml', fixture({ START_DELAY: '2' }));
    await using lease = await scope.manager.acquire({ cwd: scope.folder, onUnhealthy: 'restart' });
    const elsewhere = createManager({ stateDir: scope.stateDir });
    await scope.engine.removeContainer(await containerOf(scope, lease, 'web'), NEVER);
    await scope.told('unhealthy');
    await elsewhere.stop({ names: [lease.project] });
    await elsewhere.close();
  });

  it('keeps no process alive', async () => {
    await using scope = new Scope({ ports: PORTS });
    scope.file('compose.yml', fixture());
    const script = `const { createManager } = await import(process.argv[1]);
      const manager = createManager({ stateDir: process.argv[2] });
      await manager.acquire({ cwd: process.argv[3], onUnhealthy: 'restart' });`;
    const index = new URL('../../dist/index.js', import.meta.url).href;
    const args = ['--input-type=module', '-e', script, index, scope.stateDir, scope.folder];
    expect((await execa(process.execPath, args, { timeout: 40_000 })).exitCode).toBe(0);
    expect((await scope.manager.clean()).removed).toHaveLength(1);
  });

  it('is an option of `run`', async () => {
    await using scope = new Scope({ ports: PORTS });
    scope.file('compose.yml', fixture());
    const script = `const at = 'http://127.0.0.1:' + process.env.DM_WEB_PORT + '/cgi-bin/set?';
      const ask = (query) => fetch(at + query).then((answer) => answer.text(), () => '');
      await ask('crash=3');
      while (!(await ask('')).includes('starts=2'));`;
    const command = ['node', '--input-type=module', '-e', script];
    const args = [
      'run',
      '--state-dir',
      scope.stateDir,
      '--ports',
      PORTS,
      '--on-unhealthy',
      'restart',
      '--',
      ...command,
    ];
    const { exitCode, stderr } = await runCli(args, { cwd: scope.folder });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringContaining('web exited with code 3: bringing it back'),
    });
  });

  const socket = engineSocket();
  it.runIf(socket)('waits for an engine that goes away, and sees what happened meanwhile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dm-test-proxy-'));
    using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
    await using proxy = new EngineProxy(join(folder, 'docker.sock'), socket ?? '');
    await proxy.open();
    await using scope = new Scope({ ports: PORTS, env: { ...process.env, DOCKER_HOST: proxy.url } });
    scope.file('compose.yml', fixture());
    await using lease = await scope.manager.acquire({ cwd: scope.folder, onUnhealthy: 'restart' });
    await proxy.cut();
    await set(lease, 'crash=3');
    await proxy.open();
    await scope.told('well');
    expect(await set(lease)).toBe('health=ok starts=2\n');
  });

  it('refuses ports that would change, and words that it does not know', async () => {
    await using scope = new Scope({ ports: PORTS });
    scope.file('compose.yml', fixture());
    const acquire = (options: object) => scope.manager.acquire({ cwd: scope.folder, ...options });
    const refused = { code: 'OPTION_INVALID', params: { option: 'onUnhealthy' } };
    await expect(acquire({ onUnhealthy: 'restart', portMode: 'ephemeral' })).rejects.toMatchObject(refused);
    await expect(acquire({ onUnhealthy: 'reboot' })).rejects.toMatchObject(refused);
  });
});

describe('onUnhealthy: report', () => {
  it('tells and marks the lease, and does nothing else', async () => {
    await using scope = new Scope({ ports: PORTS });
    scope.file('compose.yml', fixture());
    await using lease = await scope.manager.acquire({ cwd: scope.folder, onUnhealthy: 'report' });
    await set(lease, 'crash=3');
    await scope.told('unhealthy');
    expect(history(scope)).toEqual(['unhealthy', 'degraded']);
    expect((await scope.manager.status())[0]).toMatchObject({
      record: { state: 'degraded' },
      services: { web: { state: 'stopped' } },
    });
    await scope.manager.restart({ name: lease.project });
    await scope.told('well');
    expect(history(scope)).toEqual(expect.arrayContaining(['restarted restart', 'ready']));
  });
});

describe('onUnhealthy: ignore', () => {
  it('is the standard, and asks the engine nothing', async () => {
    const engine = connectEngine(process.env);
    let calls = 0;
    const containers: typeof engine.containers = (labels, signal) => {
      calls += 1;
      return engine.containers(labels, signal);
    };
    await using scope = new Scope({ ports: PORTS, engine: { ...engine, containers } });
    scope.file('compose.yml', fixture());
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    calls = 0;
    await using ended = await nextEvent(engine, lease, 'die');
    await set(lease, 'crash=3');
    await ended.seen;
    expect(calls).toBe(0);
  });
});

/** Changes how the service behaves and says how it is; with no query, says how it is. */
async function set(lease: Lease, query = ''): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${lease.services.web?.ports['8080/tcp']}/cgi-bin/set?${query}`);
  return answer.text();
}

async function containerOf(scope: Scope, lease: Lease, service: string): Promise<string> {
  const containers = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
  return containers.find((container) => container.service === service)?.id ?? '';
}

/** What the store has recorded since the environment was ready. */
function history(scope: Scope): string[] {
  const store = scope.store();
  const events = store.history.list(100);
  store.close();
  const ready = events.findIndex(({ action }) => action === 'ready');
  return events.slice(ready + 1).map(({ action, detail }) => (detail.rung ? `${action} ${detail.rung}` : action));
}

/** The watch as an acquire begins it, with a short pause between two recoveries. */
function watching(scope: Scope, lease: Lease): AsyncDisposable {
  const limits = { coolDown: 500, window: 60_000, mostInWindow: 9, mostPerIncident: 2 };
  const { config, engine } = scope;
  const store = scope.store();
  const task = { config, engine, store, acquired: lease, waits: {}, waitTimeout: 20_000, limits };
  const watch = new HealthWatch({ ...task, onUnhealthy: 'restart' });
  return {
    [Symbol.asyncDispose]: async () => {
      await watch.end();
      store.close();
    },
  };
}

/** `seen` resolves at the engine's next event of this kind. */
async function nextEvent(
  engine: Engine,
  lease: Lease,
  action: string,
): Promise<AsyncDisposable & { seen: Promise<void> }> {
  const stop = new AbortController();
  const events = await engine.events({ [LABEL.lease]: lease.id }, stop.signal);
  const read = async () => {
    for await (const event of events) if (event.action === action) return;
  };
  return { seen: read(), [Symbol.asyncDispose]: async () => stop.abort() };
}
