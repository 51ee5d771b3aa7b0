import { describe, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import type { ContainerEvent } from '../../src/engine/engine.js';
import { FIXTURE_IMAGE, NEVER, Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

describe('restart', () => {
  it('makes a service that has lost its health ready again, by the gentlest means', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    const base = `http://127.0.0.1:${lease.services.web?.ports['8080/tcp']}`;
    await fetch(`${base}/cgi-bin/set?health=fail`);
    expect(await scope.manager.restart({ cwd: scope.folder })).toMatchObject({ rung: 'restart', services: ['web'] });
    expect(await (await fetch(`${base}/cgi-bin/set`)).text()).toContain('health=ok starts=2');
  });

  it('goes on to a new container when the old one does not come back, and records each try', async () => {
    await using scope = new Scope();
    const once = `    entrypoint: ["sh", "-c", "[ ! -e /was-here ] || exit 3; touch /was-here; exec /entry.sh"]\n`;
    scope.file('compose.yml', fixture({}, once));
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    const [before] = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
    const { rung } = await scope.manager.restart({ name: lease.project, services: ['web'] });
    expect(rung).toBe('recreate');
    const [after] = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
    expect(after?.id).not.toBe(before?.id);
    expect((await fetch(`http://127.0.0.1:${lease.services.web?.ports['8080/tcp']}/`)).ok).toBe(true);
    const store = scope.store();
    const tries = store.history.list(10).filter((event) => event.action.startsWith('restart'));
    store.close();
    expect(tries.map((event) => `${event.action} ${event.detail.rung}`)).toEqual([
      'restart-failed restart',
      'restarted recreate',
    ]);
  });

  it('knows that the engine gives other ports where it chose them itself', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    await using lease = await scope.manager.acquire({ cwd: scope.folder, portMode: 'ephemeral' });
    const { record } = await scope.manager.restart({ name: lease.project });
    expect((await fetch(`http://127.0.0.1:${record.bindings[0]?.port}/`)).ok).toBe(true);
    expect((await scope.manager.env({ name: lease.project })).env.DM_WEB_PORT).toBe(String(record.bindings[0]?.port));
  });

  it('says which services there are when one is misspelt', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    await expect(scope.manager.restart({ name: lease.project, services: ['wbe'] })).rejects.toThrow('there are web');
  });
});

describe('a rolling restart', () => {
  it('takes one container after the other in their order, so that of two replicas one always answers', async () => {
    await using scope = new Scope();
    const needs = '    depends_on: { base: { condition: service_healthy } }\n    deploy: { replicas: 2 }\n';
    scope.file('compose.yml', `${fixture({}, needs)}  base: { image: "${FIXTURE_IMAGE}" }\n`);
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    const first = lease.services.web?.ports['8080/tcp'] as number;
    const asked = new AbortController();
    const answered = watch([first, first + 1], asked.signal);
    const events = await scope.engine.events({ [LABEL.lease]: lease.id }, asked.signal);
    const order = collectStarts(events);
    const { services } = await scope.manager.restart({ name: lease.project, rolling: true });
    asked.abort();
    expect([...services].sort()).toEqual(['base', 'web']);
    expect((await order).slice(0, 3)).toEqual(['base', 'web', 'web']);
    const { rounds, silent } = await answered;
    expect(rounds).toBeGreaterThan(10);
    expect(silent).toBe(0);
  });

  it('stops at the first that fails, and leaves the rest as it is', async () => {
    await using scope = new Scope();
    const once = `    entrypoint: ["sh", "-c", "[ ! -e /was-here ] || exit 3; touch /was-here; exec /entry.sh"]\n`;
    const after = `  after: { image: "${FIXTURE_IMAGE}", depends_on: [web] }\n`;
    scope.file('compose.yml', fixture({}, once) + after);
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    const [before] = await started(scope, lease.id, 'after');
    await expect(scope.manager.restart({ name: lease.project, rolling: true })).rejects.toMatchObject({
      code: 'ROLLING_STOPPED',
      params: { container: `${lease.project}-web-1`, done: 'none', untouched: `${lease.project}-after-1` },
    });
    expect(await started(scope, lease.id, 'after')).toEqual([before]);
  });
});

it('what keeps its volumes is asked to end, and not killed', async () => {
  await using scope = new Scope();
  const keeps = '    volumes: ["kept:/kept"]\n    stop_grace_period: 20s\n';
  const trap = `    entrypoint: ["sh", "-c", "trap 'echo asked > /kept/end; exit 0' TERM; touch /www-up; sleep 600 & wait"]\n`;
  const healthy = '    healthcheck: { test: ["CMD", "test", "-e", "/www-up"], interval: 1s }\n';
  scope.file('compose.dev.yml', `${fixture({}, keeps + trap + healthy)}volumes: { kept: {} }\n`);
  const lease = await scope.manager.acquire({ cwd: scope.folder, env: 'dev', files: ['compose.dev.yml'] });
  await scope.manager.restart({ name: lease.project });
  const [web] = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
  expect(await scope.engine.exec(web?.id ?? '', ['cat', '/kept/end'], NEVER)).toMatchObject({ output: 'asked\n' });
  await lease.release();
  await scope.engine.removeVolume(web?.volumes[0] ?? '', NEVER);
});

/** Asks every port over and over, as users would; `silent`: rounds in which none answered. */
async function watch(ports: readonly number[], signal: AbortSignal): Promise<{ rounds: number; silent: number }> {
  const result = { rounds: 0, silent: 0 };
  while (!signal.aborted) {
    const answers = await Promise.all(ports.map((port) => fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)));
    result.rounds += 1;
    if (!answers.some((answer) => answer?.ok)) result.silent += 1;
  }
  return result;
}

async function collectStarts(events: AsyncIterable<ContainerEvent>): Promise<string[]> {
  const services: string[] = [];
  for await (const { action, service } of events) if (action === 'start') services.push(service);
  return services;
}

async function started(scope: Scope, lease: string, service: string): Promise<(string | number)[]> {
  const all = await scope.engine.containers({ [LABEL.lease]: lease }, NEVER);
  const details = await Promise.all(all.map(({ id }) => scope.engine.inspect(id, NEVER)));
  return details.flatMap((each) => (each?.service === service ? [each.startedAt] : []));
}
