import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import type { Lease } from '../../src/manager/lease.js';
import { NEVER, Scope } from '../support/scope.js';
import { fixture, POSTGRES_AND_REDIS } from '../support/stacks.js';

const SHARE = new URL('../support/share.mjs', import.meta.url).pathname;

function user(scope: Scope, keepWarm = 0): { child: ChildProcess; project: Promise<string>; left: Promise<unknown> } {
  const args = [SHARE, scope.stateDir, scope.folder, String(keepWarm)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = once(createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }), 'line');
  return { child, project: line.then(([text]) => String(text).split(' ')[0] as string), left: once(child, 'exit') };
}

async function leave({ child, left }: ReturnType<typeof user>): Promise<void> {
  child.stdin?.end();
  await left;
}

describe('a shared environment', () => {
  it('is one for four processes that ask at the same moment, and goes with the last of them', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const users = Array.from({ length: 4 }, () => user(scope));
    const projects = await Promise.all(users.map((each) => each.project));
    expect(new Set(projects).size).toBe(1);
    expect(await scope.manager.status()).toHaveLength(1);
    for (const each of users.slice(1)) await leave(each);
    expect((await scope.manager.status())[0]?.services.web?.state).toBe('healthy');
    await leave(users[0] as (typeof users)[0]);
    expect(await scope.manager.status()).toEqual([]);
  });

  it('stays while one of its users lives, whoever dies, also the one that made it', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const maker = user(scope);
    const project = await maker.project;
    const other = user(scope);
    expect(await other.project).toBe(project);
    maker.child.kill('SIGKILL');
    await maker.left;
    expect((await scope.manager.clean()).removed).toEqual([]);
    other.child.kill('SIGKILL');
    await other.left;
    // The watchdog may be faster.
    await scope.manager.clean();
    await expect.poll(() => scope.manager.status(), { timeout: 20_000 }).toEqual([]);
  });

  it('is made by another one when its maker dies over it', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture({ START_DELAY: '1' }));
    const store = scope.store();
    store.close();
    const events = await scope.engine.events({ [LABEL.store]: store.id }, NEVER);
    const maker = user(scope);
    maker.project.catch(() => {});
    for await (const event of events) if (event.action === 'start') break;
    const other = user(scope);
    maker.child.kill('SIGKILL');
    await maker.left;
    expect(await other.project).toMatch(/^shared-/);
    // The watchdog may still be taking away what the dead one had begun.
    await expect.poll(() => scope.manager.status(), { timeout: 20_000 }).toHaveLength(1);
    await leave(other);
  });

  it('is kept warm after its last use, and removed when that time is over', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const first = user(scope, 3_600_000);
    const project = await first.project;
    await leave(first);
    const [kept] = await scope.manager.status();
    expect(kept?.record).toMatchObject({ project, holders: [] });
    expect(kept?.record.expiresAt).toBeGreaterThan(Date.now() + 3_000_000);
    const second = user(scope);
    expect(await second.project).toBe(project);
    await leave(second);
    expect(await scope.manager.stop({ names: [project] })).toMatchObject({ removed: [{ project }] });
  });

  it('is another one for other files', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    await using one = await scope.manager.acquire({ cwd: scope.folder, name: 'shared', mode: 'shared' });
    scope.file('compose.yml', fixture({ GREETING: 'other' }));
    await using other = await scope.manager.acquire({ cwd: scope.folder, name: 'shared', mode: 'shared' });
    expect(other.project).not.toBe(one.project);
  });

  it('that is not what it was is refused while others use it, and made anew when nobody does', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const ask = () => scope.manager.acquire({ cwd: scope.folder, name: 'shared', mode: 'shared', keepWarm: 60_000 });
    const first = await ask();
    const [web] = await scope.engine.containers({ 'com.docker.compose.project': first.project }, NEVER);
    await scope.engine.removeContainer(web?.id as string, NEVER);
    await expect(ask()).rejects.toMatchObject({ code: 'ENVIRONMENT_BROKEN', params: { project: first.project } });
    await first.release();
    const second = await ask();
    expect(second.project).not.toBe(first.project);
    await second.release();
    await scope.manager.stop({ names: [second.project] });
  });

  it('needs an end', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const asked = scope.manager.acquire({ cwd: scope.folder, mode: 'shared', ttl: null });
    await expect(asked).rejects.toMatchObject({ code: 'OPTION_INVALID', params: { option: 'ttl' } });
  });
});

describe('data that is reset on the way from one suite to the next', () => {
  const options = { name: 'suites', mode: 'shared', keepWarm: 600_000, resetOnJoin: true } as const;

  /** One row more, and how many there are then. */
  async function add(scope: Scope, lease: Lease): Promise<number> {
    const containers = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
    const sql = 'CREATE TABLE IF NOT EXISTS rows (n int); INSERT INTO rows VALUES (1)';
    const psql = (command: string) => ['psql', '-U', 'postgres', '-d', 'app', '-tAc', command];
    const id = containers.find(({ service }) => service === 'postgres')?.id ?? '';
    await scope.engine.exec(id, psql(sql), NEVER);
    return Number((await scope.engine.exec(id, psql('SELECT count(*) FROM rows'), NEVER)).output);
  }

  it('is new for who comes when all others have left, and stays for who comes to others', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', POSTGRES_AND_REDIS);
    const ask = () => scope.manager.acquire({ ...options, cwd: scope.folder });
    const a = await ask();
    expect([await add(scope, a), await add(scope, a)]).toEqual([1, 2]);
    const beside = await ask();
    expect([beside.id, await add(scope, beside)]).toEqual([a.id, 3]);
    await Promise.all([a.release(), beside.release()]);
    // Of several who come at once one resets, and the others wait for that.
    const [b, c] = await Promise.all([ask(), ask()]);
    expect([b.id, c.id, await add(scope, b), await add(scope, c)]).toEqual([a.id, a.id, 1, 2]);
    await Promise.all([b.release(), c.release()]);
    await scope.manager.stop({ names: [a.project] });
  });

  it('that cannot be reset is refused when it is made, and nothing is left', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const asked = scope.manager.acquire({ ...options, cwd: scope.folder });
    await expect(asked).rejects.toMatchObject({ code: 'RESET_UNSUPPORTED' });
  });
});
