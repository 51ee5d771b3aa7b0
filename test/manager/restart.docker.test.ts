import { describe, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import { NEVER, Scope } from '../support/scope.js';
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
