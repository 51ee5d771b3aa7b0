import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import type { Lease } from '../../src/index.js';
import { FIXTURE_IMAGE, NEVER, REDIS_IMAGE, Scope } from '../support/scope.js';

/** Writes its data when it is asked to end, and at no other time. */
const REDIS = (port: number, image = REDIS_IMAGE) => `
services:
  redis:
    image: ${image}
    command: [redis-server, --save, "3600 1"]
    ports: ["${port}:6379"]
    volumes: ["data:/data"]
    healthcheck: { test: ["CMD-SHELL", "redis-cli ping | grep -q PONG"], interval: 2s }
volumes:
  data: {}
`;

const portOf = (lease: Lease) => lease.services.redis?.ports['6379/tcp'];

async function redis(scope: Scope, lease: Lease, ...command: string[]): Promise<string> {
  const [container] = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
  const { output } = await scope.engine.exec(container?.id as string, ['redis-cli', ...command], NEVER);
  return output.trim();
}

async function kept(scope: Scope, { record }: Lease): Promise<string[]> {
  const { seat = '' } = record.spec;
  return (await scope.engine.volumes({ [LABEL.seat]: seat }, NEVER)).map(({ name }) => name);
}

describe('dev', () => {
  it('has the ports of the file and finds its data again, one environment at a time', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', REDIS(31871));
    const options = { cwd: scope.folder, env: 'dev', name: 'kinds' } as const;
    await using first = await scope.manager.acquire(options);
    const volumes = await kept(scope, first);
    expect(portOf(first)).toBe(31871);
    expect(volumes).toEqual([`${first.record.spec.seat}_data`]);
    await redis(scope, first, 'set', 'colour', 'green');
    await expect(scope.manager.acquire(options)).rejects.toMatchObject({ code: 'EXCLUSIVE_HELD' });
    await first.release();
    await using second = await scope.manager.acquire(options);
    expect(portOf(second)).toBe(31871);
    expect(await redis(scope, second, 'get', 'colour')).toBe('green');
    expect(second.project).not.toBe(first.project);
    await second.release();
    expect(await kept(scope, second)).toEqual(volumes);
  });

  it('where its ports are taken, has the same leased ones at each start', async () => {
    await using scope = new Scope({ ports: '31880-31899' });
    const squatter = createServer().listen(31872, '127.0.0.1');
    await once(squatter, 'listening');
    scope.file('compose.yml', REDIS(31872));
    const acquire = () => scope.manager.acquire({ cwd: scope.folder, env: 'dev' });
    await using first = await acquire();
    await first.release();
    // Somebody else's start in between would have had the next block.
    await (await scope.manager.acquire({ cwd: scope.folder })).release();
    await using second = await acquire();
    expect(portOf(second)).toBe(portOf(first));
    expect(portOf(second)).toBeGreaterThanOrEqual(31880);
    await second.release();
    squatter.close();
  });
});

describe('prod', () => {
  it('takes the prod file, and its volumes go only with --volumes', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', 'services: { wrong: { image: wrong } }');
    scope.file('compose.prod.yml', REDIS(31873));
    await using first = await scope.manager.acquire({ cwd: scope.folder, env: 'prod' });
    expect(Object.keys(first.services)).toEqual(['redis']);
    await scope.manager.stop({ names: [first.project] });
    const [volume] = await kept(scope, first);
    expect(volume).toBe(`${first.record.spec.seat}_data`);
    await using second = await scope.manager.acquire({ cwd: scope.folder, env: 'prod', ttl: null });
    await scope.manager.stop({ names: [second.project], volumes: true });
    expect(await kept(scope, second)).toEqual([]);
  });
});

describe('test', () => {
  it('keeps nothing', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', REDIS(31874));
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    expect(lease.record.spec.seat).toBeUndefined();
    expect(portOf(lease)).not.toBe(31874);
  });
});

describe('variants and production images', () => {
  it('swaps images, and does not build what it swaps', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', 'services: { redis: { build: ./nowhere, ports: ["6379:6379"] } }');
    scope.file('docker-manual.config.yaml', `variants: { own: { images: { redis: ${REDIS_IMAGE} } } }`);
    await using lease = await scope.manager.acquire({ cwd: scope.folder, variant: 'own' });
    expect(await redis(scope, lease, 'ping')).toBe('PONG');
    const [container] = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
    expect((await scope.engine.inspect(container?.id as string, NEVER))?.image).toContain(REDIS_IMAGE);
  });

  it('mode production runs the published image of what could be built, in the prod file', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', `services: { web: { build: ./nowhere, image: ${FIXTURE_IMAGE}, ports: ["8080"] } }`);
    scope.file('compose.prod.yml', 'services: { web: { environment: { KIND: prod } } }');
    await using lease = await scope.manager.acquire({ cwd: scope.folder, mode: 'production' });
    expect(lease.record.spec.files.map((file) => file.split('/').at(-1))).toEqual(['compose.yml', 'compose.prod.yml']);
    const [container] = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
    expect((await scope.engine.inspect(container?.id as string, NEVER))?.image).toContain(FIXTURE_IMAGE);
  });
});
