import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import { connectEngine } from '../../src/engine/docker-engine.js';
import type { Engine } from '../../src/engine/engine.js';
import { plannedPort } from '../support/planned-port.js';
import { FIXTURE_IMAGE, NEVER, Scope } from '../support/scope.js';
import { fixture, POSTGRES_AND_REDIS } from '../support/stacks.js';

describe('acquire', () => {
  it('gives a real PostgreSQL and Redis on leased loopback ports, and takes every trace away again', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', POSTGRES_AND_REDIS);
    const lease = await scope.manager.acquire({ cwd: scope.folder, name: 'shop' });

    const client = new Client({ connectionString: lease.env.DATABASE_URL });
    await client.connect();
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await client.end();
    const redis = new Redis(lease.env.REDIS_URL as string);
    expect(await redis.ping()).toBe('PONG');
    redis.disconnect();

    const containers = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
    expect(containers.map((c) => c.name).sort()).toEqual([`${lease.project}-postgres-1`, `${lease.project}-redis-1`]);
    await lease.release();
    await lease.release();
  });

  it('serves two copies of one file side by side, each with its own data', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', POSTGRES_AND_REDIS);
    const leases = await Promise.all([1, 2].map(() => scope.manager.acquire({ cwd: scope.folder })));
    try {
      const redis = leases.map((l) => new Redis(l.env.REDIS_URL as string));
      await Promise.all(redis.map((r, i) => r.set('who', String(i))));
      expect(await Promise.all(redis.map((r) => r.get('who')))).toEqual(['0', '1']);
      for (const r of redis) r.disconnect();
    } finally {
      await Promise.all(leases.map((l) => l.release()));
    }
  });

  it('takes other ports when a process sits on the first ones', async () => {
    await using scope = new Scope({ ports: '31500-31599' });
    scope.file('compose.yml', fixture());
    const squatter = createServer().listen(31500, '0.0.0.0');
    await once(squatter, 'listening');
    try {
      await using lease = await scope.manager.acquire({ cwd: scope.folder });
      expect(lease.services.web?.ports['8080/tcp']).toBe(31501);
    } finally {
      squatter.close();
    }
  });

  it('tries again with other ports when somebody takes one between our look and the start', async () => {
    const real = connectEngine(process.env);
    const squatter = createServer();
    const engine: Engine = {
      ...real,
      async create(run, signal) {
        await real.create(run, signal);
        if (!squatter.listening) await once(squatter.listen(plannedPort(run), '127.0.0.1'), 'listening');
      },
    };
    await using scope = new Scope({ engine, ports: '31600-31699' });
    scope.file('compose.yml', fixture());
    try {
      await using lease = await scope.manager.acquire({ cwd: scope.folder });
      const port = lease.services.web?.ports['8080/tcp'] as number;
      expect(port).not.toBe((squatter.address() as AddressInfo).port);
      expect(port >= 31600 && port <= 31699).toBe(true);
      expect(scope.progress).toContainEqual(expect.objectContaining({ type: 'retry', attempt: 2, of: 3 }));
    } finally {
      squatter.close();
    }
  });

  it('names the service, its exit code and its last words when it crashes', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture({ CRASH_AFTER: '0.2', CRASH_CODE: '7', HEALTHY_AFTER: '5' }));
    const failure = scope.manager.acquire({ cwd: scope.folder, waitTimeout: 20_000 });
    await expect(failure).rejects.toMatchObject({
      code: 'SERVICE_FAILED',
      exitCode: 4,
      step: 'start',
      params: { service: 'web' },
    });
    await expect(failure).rejects.toThrow(/exited with code 7[\s\S]*crashing with 7/);
  });

  it('says at the deadline who is not ready and why, with the probe and the log', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture({ HEALTH: 'fail' }));
    const from = performance.now();
    const failure = scope.manager.acquire({ cwd: scope.folder, waitTimeout: 4000 });
    await expect(failure).rejects.toMatchObject({ code: 'READY_TIMEOUT', exitCode: 4 });
    await expect(failure).rejects.toThrow(/web \(health check(: starting| fails, the last)[\s\S]*listening on 8080/);
    expect(performance.now() - from).toBeLessThan(10_000);
  });

  it('waits for one-shot services to end well before what depends on them', async () => {
    await using scope = new Scope();
    const init = `  init:\n    image: ${FIXTURE_IMAGE}\n    entrypoint: ["sh", "-c", "sleep 0.3; echo done"]\n    healthcheck: { disable: true }\n`;
    scope.file(
      'compose.yml',
      fixture({}, `    depends_on: { init: { condition: service_completed_successfully } }\n${init}`),
    );
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    expect(lease.services).toMatchObject({ init: { state: 'completed' }, web: { state: 'healthy' } });
  });

  it('removes everything when the caller aborts in the middle', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture({ HEALTHY_AFTER: '30' }));
    const controller = new AbortController();
    const acquiring = scope.manager.acquire({ cwd: scope.folder, signal: controller.signal });
    acquiring.catch(() => {});
    await scope.told((p) => p.type === 'service' && p.verdict.state === 'starting');
    controller.abort(new Error('Ctrl-C'));
    await expect(acquiring).rejects.toMatchObject({ code: 'ABORTED', step: 'start' });
  });

  it('starts what only `compose up` can start', async () => {
    await using scope = new Scope();
    const config = 'configs:\n  page: { content: "hello from a config" }\n';
    scope.file('compose.yml', `${fixture({}, '    configs: [{ source: page, target: /www/page.html }]\n')}${config}`);
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    const page = await fetch(`http://127.0.0.1:${lease.services.web?.ports['8080/tcp']}/page.html`);
    expect(await page.text()).toBe('hello from a config');
  });
});
