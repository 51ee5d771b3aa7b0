import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import type { Lease } from '../../src/manager/lease.js';
import { NEVER, Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

const CHANGE = new URL('../support/change.mjs', import.meta.url).pathname;

function project(body: string, more: Readonly<Record<string, string>> = {}): Scope {
  const scope = new Scope();
  scope.file('compose.yml', fixture({ BODY: body, ...more }));
  return scope;
}

function join(scope: Scope): Promise<Lease> {
  return scope.manager.acquire({ cwd: scope.folder, name: 'shop', mode: 'shared' });
}

async function says(lease: Pick<Lease, 'services'> | { port: number }): Promise<string> {
  const port = 'port' in lease ? lease.port : lease.services.web?.ports['8080/tcp'];
  return (await (await fetch(`http://127.0.0.1:${port}/`)).text()).trim();
}

/** A process that changes the environment and is killed when the second start of a container is seen. */
async function killedOver(scope: Scope, args: readonly string[]): Promise<void> {
  const store = scope.store();
  const events = await scope.engine.events({ [LABEL.store]: store.id }, NEVER);
  store.close();
  const child: ChildProcess = spawn(process.execPath, [CHANGE, scope.stateDir, ...args], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  for await (const { action } of events) if (action === 'start') break;
  child.kill('SIGKILL');
  await ended;
}

describe.concurrent('a swap of a shared environment', () => {
  it('gives the new one to who comes, and leaves the old one to who has it until the last has left', async () => {
    await using scope = project('blue');
    const blue = await join(scope);
    scope.file('compose.yml', fixture({ BODY: 'green' }));
    const { record, former } = await scope.manager.update({ name: 'shop', swap: true });
    expect(former).toEqual({ project: blue.project, users: 1 });
    const green = await join(scope);
    expect([green.id, await says(green), await says(blue)]).toEqual([record.id, 'green', 'blue']);
    // By the beginning of its name, and by the folder, the new one is meant.
    expect((await scope.manager.env({ name: 'shop' })).record.id).toBe(record.id);
    expect((await scope.manager.env({ cwd: scope.folder })).record.id).toBe(record.id);
    await blue.release();
    expect((await scope.manager.status()).map((each) => each.record.id)).toEqual([green.id]);
    expect(await says(green)).toBe('green');
    await scope.manager.stop({ names: [green.project] });
  });

  it('whose new one fails leaves the old one as it is', async () => {
    await using scope = project('blue');
    await using blue = await join(scope);
    scope.file('compose.yml', fixture({ BODY: 'green', CRASH_AFTER: '0' }));
    await expect(scope.manager.update({ name: blue.project, swap: true })).rejects.toMatchObject({
      code: 'UPDATE_FAILED',
      params: { after: `${blue.project} is untouched` },
      dossier: expect.stringContaining('shop-'),
    });
    expect((await scope.manager.status()).map((each) => each.record.id)).toEqual([blue.id]);
    scope.file('compose.yml', fixture({ BODY: 'blue' }));
    await using again = await join(scope);
    expect([again.id, await says(blue)]).toEqual([blue.id, 'blue']);
  });

  it('whose maker is killed over it leaves nothing, and the old one in its place', async () => {
    await using scope = project('blue');
    await using blue = await join(scope);
    scope.file('compose.yml', fixture({ BODY: 'green', START_DELAY: '30' }));
    await killedOver(scope, [blue.project, 'swap']);
    await scope.manager.clean();
    expect((await scope.manager.status()).map((each) => each.record.id)).toEqual([blue.id]);
    scope.file('compose.yml', fixture({ BODY: 'blue' }));
    await using again = await join(scope);
    expect([again.id, await says(again)]).toEqual([blue.id, 'blue']);
  });

  it('an update whose maker is killed over it is undone for who comes next', async () => {
    await using scope = project('one');
    await using first = await join(scope);
    scope.file('compose.yml', fixture({ BODY: 'two', START_DELAY: '30' }));
    await killedOver(scope, [first.project]);
    scope.file('compose.yml', fixture({ BODY: 'one' }));
    await using next = await join(scope);
    expect([next.id, await says(next)]).toEqual([first.id, 'one']);
    expect((await scope.manager.history({ name: first.project })).map(({ action }) => action)).toContain('restored');
  });
});
