import { describe, expect, it } from 'vitest';
import type { Wait } from '../../src/domain/wait.js';
import { Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

/** Listens after half a second, and is never healthy by its own check. */
const SLOW = fixture({ START_DELAY: '0.5', HEALTH: 'fail', BODY: 'page' });

const waits: [string, Wait][] = [
  ['tcp', { tcp: 8080 }],
  ['http', { http: '/', port: 8080 }],
  ['http with a status', { http: '/missing', port: 8080, status: [404] }],
  ['log', { log: 'listening on \\d+' }],
  ['exec', { exec: ['wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8080/'] }],
  ['all', { all: [{ log: 'listening' }, { tcp: 8080 }, { exec: ['test', '-e', '/fixture/starts'] }] }],
];

describe('waits that the user has named', () => {
  it.each(waits)('%s: ready when it holds, whatever the health check says', async (_, wait) => {
    await using scope = new Scope();
    scope.file('compose.yml', SLOW);
    await using lease = await scope.manager.acquire({ cwd: scope.folder, waits: { web: wait }, waitTimeout: 20_000 });
    expect((await fetch(`http://127.0.0.1:${lease.services.web?.ports['8080/tcp']}/`)).ok).toBe(true);
  });

  it('exit: a service that is to end has to end with 0', async () => {
    await using scope = new Scope();
    scope.file(
      'compose.yml',
      fixture({}, '    entrypoint: ["sh", "-c", "sleep 0.3; exit $$CODE"]\n    env_file: code.env\n'),
    );
    scope.file('code.env', 'CODE=0\n');
    await using lease = await scope.manager.acquire({ cwd: scope.folder, waits: { web: 'exit' } });
    expect(lease.services.web?.state).toBe('completed');
    scope.file('code.env', 'CODE=4\n');
    const failure = scope.manager.acquire({ cwd: scope.folder, waits: { web: 'exit' } });
    await expect(failure).rejects.toThrow('exited with code 4');
  });

  it('says at the deadline what was waited for in vain', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const waits = { web: { log: 'never said' } };
    const failure = scope.manager.acquire({ cwd: scope.folder, waits, waitTimeout: 4000 });
    await expect(failure).rejects.toThrow('web (no log line matches never said)');
  });

  it('refuses a wait for a service that is not there, with the likeliest name', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const failure = scope.manager.acquire({ cwd: scope.folder, waits: { wbe: 'running' } });
    await expect(failure).rejects.toThrow('did you mean "web"');
  });
});
