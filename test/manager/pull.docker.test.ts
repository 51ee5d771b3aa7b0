import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { createManager } from '../../src/manager/manager.js';
import { NEVER, Scope } from '../support/scope.js';

/** A registry on a port of its own that says which path it was asked for. */
async function registry(): Promise<{ address: string; asked: string[] } & AsyncDisposable> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  const script = new URL('../support/registry.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, String(port), '--tell'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const asked: string[] = [];
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      for (const line of String(chunk).split('\n').filter(Boolean)) {
        if (line === 'listening') resolve();
        else asked.push(line);
      }
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function failing(scope: Scope, image: string, pull?: 'missing' | 'always' | 'never') {
  scope.file('compose.yml', `services: { app: { image: "${image}" } }\n`);
  const options = { cwd: scope.folder, ...(pull ? { pull } : {}) };
  const error = await scope.manager.acquire(options).catch((e) => e);
  return { error, retries: scope.progress.filter((p) => p.type === 'retry').length };
}

it.each([
  ['limited', 'REGISTRY_RATE_LIMITED', 0],
  ['unknown', 'IMAGE_UNAVAILABLE', 0],
  ['private', 'IMAGE_UNAVAILABLE', 0],
  ['broken', 'REGISTRY_UNREACHABLE', 2],
])('a registry that answers "%s" is %s, and asked again %d times', async (repository, code, retries) => {
  await using from = await registry();
  await using scope = new Scope();
  const image = `${from.address}/${repository}:1`;
  const failed = await failing(scope, image);
  expect(failed.error).toMatchObject({ code, params: { service: 'app', image } });
  expect(failed.retries).toBe(retries);
});

it('never asks no registry', async () => {
  await using from = await registry();
  await using scope = new Scope();
  const { error } = await failing(scope, `${from.address}/small:1`, 'never');
  expect(error).toMatchObject({ code: 'IMAGE_UNAVAILABLE' });
  expect(error.message).toContain('never');
  expect(from.asked).toEqual([]);
});

it('runs side by side pull an image once and tell how far it is; always asks each time', async () => {
  await using from = await registry();
  await using scope = new Scope();
  const image = `${from.address}/small:1`;
  scope.file('compose.yml', `services: { app: { image: "${image}", command: "/never", network_mode: none } }\n`);
  const other = createManager({
    stateDir: scope.stateDir,
    watchdog: false,
    onProgress: (p) => void scope.progress.push(p),
  });
  // The image holds no program: what is looked at is what happens before the start.
  const acquire = (manager: typeof other, pull?: 'always') =>
    manager.acquire({ cwd: scope.folder, ...(pull ? { pull } : {}) }).catch((error) => error.code);
  const manifests = () => from.asked.filter((line) => line.startsWith('GET') && line.includes('/blobs/')).length;
  try {
    expect(await Promise.all([acquire(scope.manager), acquire(other), acquire(scope.manager)])).not.toContain(
      'IMAGE_UNAVAILABLE',
    );
    expect(scope.progress.filter((p) => p.type === 'fetching')).toHaveLength(1);
    expect(scope.progress.some((p) => p.type === 'pull-progress')).toBe(true);
    const once = manifests();
    await acquire(scope.manager);
    expect(scope.progress.filter((p) => p.type === 'fetching')).toHaveLength(1);
    await acquire(scope.manager, 'always');
    expect(scope.progress.filter((p) => p.type === 'fetching')).toHaveLength(2);
    expect(manifests()).toBe(once);
  } finally {
    await other.close();
    await scope.engine.removeImage(image, NEVER);
  }
});
