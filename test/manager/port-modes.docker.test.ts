import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { plannedPort } from '../support/planned-port.js';
import { Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

describe('port modes', () => {
  it('ephemeral: the engine chooses, and what it chose is handed over', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    await using lease = await scope.manager.acquire({ cwd: scope.folder, portMode: 'ephemeral' });
    expect(lease.record.ports).toBeNull();
    const port = lease.services.web?.ports['8080/tcp'];
    expect((await fetch(`http://127.0.0.1:${port}/`)).ok).toBe(true);
    expect(lease.env.DM_WEB_PORT).toBe(String(port));
  });

  it('fixed: the file’s own numbers, on loopback; who is in the way ends the start', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture().replace('8080:8080', '31980:8080'));
    const options = { cwd: scope.folder, portMode: 'fixed' } as const;
    await using lease = await scope.manager.acquire(options);
    expect(lease.services.web?.ports['8080/tcp']).toBe(31980);
    await expect(scope.manager.acquire(options)).rejects.toMatchObject({
      code: 'PORT_CONFLICT',
      params: { port: 31980, service: 'web', attempts: 1 },
    });
  });

  it('never leases an excluded port, or one that the file itself publishes', async () => {
    await using scope = new Scope({ ports: '31990-31995', excludePorts: '31990-31992' });
    scope.file('compose.yml', fixture().replace('8080:8080', '31993:8080'));
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    expect(lease.services.web?.ports['8080/tcp']).toBe(31994);
  });

  it('gives up after three blocks that were each taken at the last moment', async () => {
    const squatters: ReturnType<typeof createServer>[] = [];
    let last = 0;
    await using scope = new Scope({ ports: '31960-31969' });
    const { create } = scope.engine;
    scope.engine.create = async (run, signal) => {
      await create(run, signal);
      last = plannedPort(run);
      const squatter = createServer().listen(last, '127.0.0.1');
      squatters.push(squatter);
      await once(squatter, 'listening');
    };
    scope.file('compose.yml', fixture());
    const failure = scope.manager.acquire({ cwd: scope.folder });
    await expect(failure).rejects.toMatchObject({ code: 'PORT_CONFLICT', params: { attempts: 3 } });
    await expect(failure).rejects.toMatchObject({ params: { port: last } });
    for (const squatter of squatters) squatter.close();
  });
});
