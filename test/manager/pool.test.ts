import { describe, expect, it } from 'vitest';
import type { ComposeModel } from '../../src/domain/model.js';
import type { Seeds } from '../../src/domain/seeds.js';
import { readConfig } from '../../src/manager/config.js';
import { createContext } from '../../src/manager/context.js';
import { Manager } from '../../src/manager/manager.js';
import { poolKey } from '../../src/manager/pool/pool-key.js';
import { openRecipe, sealRecipe } from '../../src/manager/pool/recipe.js';
import { FakeEngine } from '../support/fake-engine.js';
import { NEVER, Scope } from '../support/scope.js';

const GB = 1024 ** 3;
const MODEL: ComposeModel = {
  name: 'x',
  services: { db: { image: 'fake', ports: [{ target: 5432, published: '5432' }], mem_limit: String(2 * GB) } },
};

function pooled(limits: { memoryBudget?: string } = {}) {
  const engine = new FakeEngine(MODEL, { db: { healthyAfter: 1 } });
  const env = { DB_PASSWORD: 'correct-horse' };
  const scope = new Scope({ engine, env, ports: '31200-31299' });
  scope.file('compose.yml', 'services: {} # $DB_PASSWORD');
  const { memoryBudget } = readConfig({ ...limits, env: {} });
  const manager = new Manager(createContext({ ...scope.config, memoryBudget }, { engine }));
  const options = { cwd: scope.folder, name: 'shop', pool: { min: 2, max: 6 } };
  return { engine, scope, manager, options };
}

describe('a pool', () => {
  it('gives what stands ready, verified by the one call to the engine', async () => {
    const { engine, scope, manager, options } = pooled();
    await using _ = scope;
    expect(await manager.poolFill(options)).toMatchObject([
      { warm: 2, filling: 0, used: 0, state: 'full', name: 'shop' },
    ]);
    const known = (await manager.status()).map(({ record }) => record);
    expect(known.map(({ pool }) => pool?.state)).toEqual(['warm', 'warm']);
    engine.calls.length = 0;
    const lease = await manager.acquire(options);
    expect(engine.calls).toEqual(['containers']);
    expect(lease.project).toBe(known[0]?.project);
    expect(lease.env).toMatchObject({ DM_DB_PORT: String(lease.services.db?.ports['5432/tcp']), DM_LEASE: lease.id });
    expect(lease.record).toMatchObject({ generation: 2, owner: { kind: 'process', pid: process.pid } });
    expect(Object.keys(lease.timings)).toEqual(['engine', 'resolve', 'claim', 'verify', 'total']);
    await lease.release();
    const { removed } = await manager.poolDrain();
    expect(removed).toMatchObject([{ project: known[1]?.project }]);
    expect(await manager.poolStatus()).toEqual([]);
    await manager.close();
  });

  it('never gives what is not as it was, and leaves that to the next sweep', async () => {
    const { engine, scope, manager, options } = pooled();
    await using _ = scope;
    await manager.poolFill(options);
    engine.restartEngine();
    const lease = await manager.acquire(options);
    expect(lease.record.generation).toBe(1);
    expect((await manager.status()).map(({ record }) => record.id)).toEqual([lease.id]);
    const causes = scope.progress.flatMap((p) => (p.type === 'removed' ? [p.cause] : []));
    expect(causes).toEqual(['lease is expired', 'lease is expired']);
    await lease.release();
    await manager.poolDrain();
    await manager.close();
  });

  it.each([
    ['an option', { accelerate: false }],
    ['a hook', { hooks: { afterStop: 'true' } }],
    ['the name', { name: 'other' }],
  ])('is another one where %s is another one', async (_, more) => {
    const { scope, manager, options } = pooled();
    await using __ = scope;
    const [before] = await manager.poolFill(options);
    const lease = await manager.acquire({ ...options, ...more });
    expect(lease.record.generation).toBe(1);
    expect(lease.record.pool).toMatchObject({ state: 'used' });
    expect(lease.record.pool?.key).not.toBe(before?.key);
    await lease.release();
    await manager.poolDrain();
    await manager.close();
  });

  it('makes room for whoever waits for it', async () => {
    const { scope, manager, options } = pooled({ memoryBudget: '5g' });
    await using _ = scope;
    await manager.poolFill(options);
    const { pool, ...without } = options;
    expect(pool.min).toBe(2);
    const lease = await manager.acquire({ ...without, onFull: 'fail' });
    expect(await manager.poolStatus()).toMatchObject([{ warm: 1 }]);
    const more = await manager.acquire(without);
    expect(await manager.poolStatus()).toMatchObject([{ warm: 0 }]);
    await expect(manager.poolFill({ ...options, onFull: 'fail' })).rejects.toMatchObject({ code: 'MEMORY_FULL' });
    await Promise.all([lease.release(), more.release()]);
    await manager.poolDrain();
    await manager.close();
  });

  it('is nobody’s environment: who names none means another one', async () => {
    const { scope, manager, options } = pooled();
    await using _ = scope;
    await manager.poolFill(options);
    await expect(manager.env({ cwd: scope.folder })).rejects.toMatchObject({ code: 'LEASE_NOT_FOUND' });
    expect(await manager.clean()).toMatchObject({ removed: [] });
    expect((await manager.stop({ all: true })).removed).toHaveLength(2);
    expect(await manager.poolStatus()).toEqual([]);
    await manager.close();
  });

  it('ends with clean --all', async () => {
    const { scope, manager, options } = pooled();
    await using _ = scope;
    await manager.poolFill(options);
    expect((await manager.clean({ all: true })).removed).toHaveLength(2);
    expect(await manager.poolStatus()).toEqual([]);
    await manager.close();
  });

  it('is refused where it cannot be', async () => {
    const { scope, manager, options } = pooled();
    await using _ = scope;
    for (const more of [
      { mode: 'shared' as const },
      { env: 'dev' as const },
      { pool: 0 },
      { pull: 'always' as const },
    ]) {
      const error = await manager.acquire({ ...options, ...more }).catch((failure: unknown) => failure);
      expect(error).toMatchObject({ code: 'OPTION_INVALID', params: { option: 'pool' } });
    }
    await manager.close();
  });

  it('keeps what it is filled with sealed, and only the variables that the files may mean', async () => {
    const { scope, manager, options } = pooled();
    await using _ = scope;
    await manager.poolFill(options);
    const store = scope.store();
    const recipe = store.pools.list()[0]?.recipe ?? '';
    store.close();
    expect(recipe).not.toContain('correct-horse');
    expect(openRecipe(scope.config, recipe)).toMatchObject({
      variables: { DB_PASSWORD: 'correct-horse' },
      options: { name: 'shop', cwd: scope.folder },
      config: { ports: { first: 31200, last: 31299 }, maxEnvironments: Number.POSITIVE_INFINITY },
    });
    await manager.poolDrain();
    await manager.close();
  });
});

it('of seeded services is another one when what prepares them changes, and its recipe has the variables of their commands', async () => {
  const { engine, scope } = pooled();
  await using _ = scope;
  scope.store().close(); // makes the folder
  const files = { files: [scope.file('compose.yml', '{}')], directory: scope.folder, profiles: [], envFiles: [] };
  const keyOf = async (seeds: Seeds) => {
    const { config } = scope;
    return poolKey({ config, engine, options: { seeds }, files, template: MODEL, signal: NEVER });
  };
  const seeds = { db: { command: 'migrate --password $DB_PASSWORD', files: ['one.sql'] } };
  scope.file('one.sql', 'CREATE TABLE one ()');
  const before = await keyOf(seeds);
  expect(await keyOf(seeds)).toEqual(before);
  expect(await keyOf({})).not.toEqual(before);
  scope.file('one.sql', 'CREATE TABLE other ()');
  expect(await keyOf(seeds)).not.toEqual(before);
  const { recipe } = await sealRecipe(scope.config, { seeds }, files);
  expect(recipe).not.toContain('correct-horse');
  expect(openRecipe(scope.config, recipe)?.variables).toMatchObject({ DB_PASSWORD: 'correct-horse' });
});
