import { expect, it } from 'vitest';
import type { ComposeModel } from '../../src/domain/model.js';
import { readConfig } from '../../src/manager/config.js';
import { createContext } from '../../src/manager/context.js';
import { Manager } from '../../src/manager/manager.js';
import { FakeEngine } from '../support/fake-engine.js';
import { Scope } from '../support/scope.js';

const GB = 1024 ** 3;
const MODEL: ComposeModel = { name: 'dm', services: { db: { image: 'fake', mem_limit: String(4 * GB) } } };
const OPTIONS = { files: ['compose.yml'], name: 'shop' };

/** A scope on an engine in memory, and a manager with limits of its own on the same state folder. */
function limited(limits: { memoryBudget?: string; maxEnvironments?: number }) {
  const engine = new FakeEngine(MODEL, { db: { healthyAfter: 1 } });
  const scope = new Scope({ engine, env: {} });
  scope.file('compose.yml', 'services: {}');
  const config = { ...scope.config, ...pick(readConfig({ ...limits, env: {} })) };
  const manager = new Manager(createContext(config, { engine }));
  const acquire = (more = {}) => manager.acquire({ ...OPTIONS, cwd: scope.folder, ...more });
  return { scope, manager, acquire, engine };
}

const pick = ({ memoryBudget, maxEnvironments }: ReturnType<typeof readConfig>) => ({ memoryBudget, maxEnvironments });
const queued = (scope: Scope) => scope.progress.flatMap((p) => (p.type === 'queued' ? [p.text] : []));

it('waits for room, says where it stands and who holds what, and goes when room is given back', async () => {
  const { scope, manager, acquire } = limited({ memoryBudget: '8g' });
  await using _ = scope;
  const [one, two] = [await acquire(), await acquire()];
  const third = acquire();
  await scope.told('queued');
  const fourth = acquire({ priority: 1 });
  await scope.told('queued', 2);
  expect(queued(scope)[0]).toMatch(
    /^queued: 1st of 1, needs 4 GB, 0 KB of 8 GB is free; held by shop-\w+ 4 GB \(.+ \(pid \d+\)\), shop-/,
  );
  expect(await manager.queue()).toMatchObject([{ priority: 1 }, { priority: 0, memory: 4 * GB }]);
  await one.release();
  const late = await fourth;
  await scope.told('queued', 3);
  await two.release();
  const last = await third;
  expect(last.timings.queue).toBeGreaterThan(0);
  expect(await manager.queue()).toEqual([]);
  await Promise.all([late.release(), last.release()]);
  await manager.close();
});

it('fails at once where that is asked for, and where it could never go, with the numbers', async () => {
  const { scope, manager, acquire } = limited({ memoryBudget: '6g', maxEnvironments: 3 });
  await using _ = scope;
  const held = await acquire();
  const full = await acquire({ onFull: 'fail' }).catch((error: unknown) => error);
  expect(full).toMatchObject({
    code: 'MEMORY_FULL',
    exitCode: 7,
    step: 'queue',
    params: { needsBytes: 4 * GB, freeBytes: 2 * GB, position: 1, of: 1 },
    message: expect.stringMatching(/shop: it needs 4 GB, and 2 GB of 6 GB is free; held by shop-\w+ 4 GB \(/),
  });
  const late = await acquire({ queueTimeout: 1 }).catch((error: unknown) => error);
  expect(late).toMatchObject({ code: 'QUEUE_TIMEOUT', step: 'queue', message: expect.stringContaining('1 of 1') });
  expect(await manager.queue()).toEqual([]);
  await held.release();
  await manager.close();

  const small = limited({ memoryBudget: '3g' });
  await using __ = small.scope;
  await expect(small.acquire()).rejects.toMatchObject({
    code: 'MEMORY_TOO_SMALL',
    message: expect.stringContaining('needs 4 GB, and the whole budget is 3 GB'),
  });
  await small.manager.close();
});

it('lets a number of environments be the limit', async () => {
  const { scope, manager, acquire } = limited({ memoryBudget: 'off', maxEnvironments: 1 });
  await using _ = scope;
  const one = await acquire();
  const full = await acquire({ onFull: 'fail' }).catch((error: unknown) => error);
  expect(full).toMatchObject({
    code: 'MEMORY_FULL',
    message: expect.stringContaining('1 of 1 environments are there'),
  });
  await one.release();
  await manager.close();
});

it('lets a file that needs more than the engine has run alone, where nobody has named a budget', async () => {
  const { scope, manager, acquire, engine } = limited({});
  await using _ = scope;
  engine.memory = 3 * GB;
  const one = await acquire();
  expect(one.record.memory).toBe(Math.floor(3 * GB - 512 * 1024 ** 2));
  await expect(acquire({ onFull: 'fail' })).rejects.toMatchObject({ code: 'MEMORY_FULL' });
  await one.release();
  await manager.close();
});

it('leaves the queue when it is stopped', async () => {
  const { scope, manager, acquire } = limited({ memoryBudget: '4g' });
  await using _ = scope;
  const held = await acquire();
  const stop = new AbortController();
  const waiting = acquire({ signal: stop.signal }).catch((error: unknown) => error);
  await scope.told('queued');
  stop.abort(new Error('Ctrl-C'));
  expect(await waiting).toMatchObject({ code: 'ABORTED', message: 'Stopped by Ctrl-C while queue.' });
  expect(await manager.queue()).toEqual([]);
  await held.release();
  await manager.close();
});

it('joins a shared environment that became ready while it waited for room of its own', async () => {
  const { scope, manager, acquire } = limited({ memoryBudget: '4g' });
  await using _ = scope;
  const held = await acquire();
  const both = [acquire({ mode: 'shared' }), acquire({ mode: 'shared' })];
  await scope.told('queued', 2);
  await held.release();
  const [one, other] = await Promise.all(both);
  expect(one?.id).toBe(other?.id);
  await one?.release();
  await other?.release();
  await manager.close();
});

it('refuses settings that mean nothing', async () => {
  for (const limits of [{ memoryBudget: 'lots' }, { maxEnvironments: 0 }]) {
    expect(() => limited(limits)).toThrowError(expect.objectContaining({ code: 'OPTION_INVALID' }));
  }
  const { scope, manager, acquire } = limited({});
  await using _ = scope;
  for (const options of [{ priority: 0.5 }, { onFull: 'never' }, { queueTimeout: -1 }]) {
    await expect(acquire(options)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  }
  await manager.close();
});
