import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import SqliteDatabase from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { LeaseRecord } from '../../src/domain/lease.js';
import type { ProcessOwner } from '../../src/domain/owner.js';
import { identityOf } from '../../src/manager/machine.js';
import { FIXTURE_IMAGE, leftovers, NEVER, Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

const HOLD = new URL('../support/hold.mjs', import.meta.url).pathname;

/** A process that has acquired an environment and holds it. */
async function holder(scope: Scope, options: { readonly watchdog?: boolean } = {}): Promise<ChildProcess> {
  const args = [HOLD, scope.stateDir, scope.folder, 'held', options.watchdog ? 'watchdog' : 'alone'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  await once(createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }), 'line');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

function onlyLease(scope: Scope): LeaseRecord {
  const store = scope.store();
  const [lease] = store.list();
  store.close();
  return lease as LeaseRecord;
}

function watchdogOf(scope: Scope): number | undefined {
  const store = scope.store();
  const pid = store.watch.holder()?.pid;
  store.close();
  return pid;
}

const [PARENT, SESSION] = [4, 6];

/** A field of /proc/PID/stat, counted as proc(5) does. */
function fieldOf(pid: number, field: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[field - 3]);
}

describe('an owner that is killed', () => {
  it('has its environment removed by the watchdog, which then ends', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const child = await holder(scope, { watchdog: true });
    await expect.poll(() => watchdogOf(scope), { timeout: 10_000 }).toBeDefined();
    const watchdog = watchdogOf(scope) as number;
    // Neither a Ctrl-C of the owner's group nor the end of all its descendants reaches it.
    expect(fieldOf(watchdog, SESSION)).not.toBe(fieldOf(process.pid, SESSION));
    expect(fieldOf(watchdog, PARENT)).not.toBe(child.pid);
    await kill(child);
    await expect.poll(() => leftovers(scope.stateDir, scope.engine), { timeout: 20_000 }).toEqual([]);
    await expect.poll(() => identityOf(watchdog).startTicks, { timeout: 10_000 }).toBeNull();
  });

  it('together with the watchdog, has it removed by the next acquire', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const child = await holder(scope, { watchdog: true });
    await expect.poll(() => watchdogOf(scope), { timeout: 10_000 }).toBeDefined();
    process.kill(watchdogOf(scope) as number, 'SIGKILL');
    await kill(child);
    await using next = await scope.manager.acquire({ cwd: scope.folder, name: 'next' });
    expect(scope.progress).toContainEqual(
      expect.objectContaining({ type: 'removed', cause: expect.stringMatching(/owner hold\.mjs \(pid \d+\) is gone/) }),
    );
    expect(onlyLease(scope).project).toBe(next.project);
  });

  it('in a container that this machine cannot look into, is known by its container', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    await using held = await scope.manager.acquire({ cwd: scope.folder, name: 'runner' });
    const [runner] = await scope.engine.containers({ 'com.docker.compose.project': held.project }, NEVER);
    const container = runner?.id as string;
    const owner: ProcessOwner = {
      ...identityOf(process.pid),
      kind: 'process',
      namespace: 'pid:[1]',
      container,
      pid: 7,
      command: 'tests in a container',
    };
    const store = scope.store();
    const lease = store.claim({
      base: 'inside',
      mode: 'dedicated',
      owner,
      engine: { endpoint: scope.engine.endpoint, environment: scope.engine.environment },
      expiresAt: null,
      spec: held.record.spec,
      ports: 0,
      range: { first: 30000, last: 30001 },
      avoid: [],
      subnets: { demands: [], pool: { first: 0, last: 0 }, taken: [] },
      exclusive: null,
      sharedKey: null,
      memory: 0,
    });
    store.close();
    expect((await scope.manager.clean()).removed).toEqual([]);
    await held.release();
    expect((await scope.manager.clean()).removed).toEqual([
      { project: lease.project, cause: 'owner tests in a container (pid 7) is gone' },
    ]);
  });
});

describe('a store that has lost its leases', () => {
  function forget(scope: Scope): void {
    const database = new SqliteDatabase(`${scope.stateDir}/store.db`);
    database.exec('DELETE FROM leases');
    database.close();
  }

  it('finds them again by their labels, with ports, owner and expiry', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    await using lease = await scope.manager.acquire({ cwd: scope.folder, ttl: 3_600_000 });
    forget(scope);
    const { restored } = await scope.manager.recover();
    const { timeline: _, expiresAt, ...rest } = lease.record;
    expect(restored).toMatchObject([rest]);
    expect(Math.abs((onlyLease(scope).expiresAt ?? 0) - (expiresAt ?? 0))).toBeLessThan(60_000);
    expect(await scope.manager.recover()).toEqual({ restored: [] });
  });

  it('keeps what a living owner holds, and removes what a dead one has left', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const child = await holder(scope);
    forget(scope);
    expect((await scope.manager.clean()).removed).toEqual([]);
    expect(onlyLease(scope).owner).toMatchObject({ command: 'hold.mjs' });
    forget(scope);
    await kill(child);
    await using next = await scope.manager.acquire({ cwd: scope.folder, name: 'next' });
    expect(onlyLease(scope).project).toBe(next.project);
  });
});

describe('an environment whose containers somebody has removed', () => {
  it.each([
    ['of a session goes', 3_600_000, 'remove'],
    ['of a living process stays until that ends, and says so', undefined, 'keep'],
  ])('%s', async (_, ttl, action) => {
    await using scope = new Scope();
    scope.file('compose.yml', `services: { web: { image: ${FIXTURE_IMAGE} } }`);
    await using lease = await scope.manager.acquire({ cwd: scope.folder, ...(ttl === undefined ? {} : { ttl }) });
    for (const { id } of await scope.engine.containers({ 'com.docker.compose.project': lease.project }, NEVER)) {
      await scope.engine.removeContainer(id, NEVER);
    }
    const { removed, kept } = await scope.manager.clean();
    const told = action === 'remove' ? removed : kept;
    expect(told).toEqual([
      { project: lease.project, cause: expect.stringContaining('somebody has removed its containers') },
    ]);
  });
});
