import { describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../src/domain/errors.js';
import type { ComposeModel } from '../../src/domain/model.js';
import { FakeEngine } from '../support/fake-engine.js';
import { Scope } from '../support/scope.js';

const model: ComposeModel = {
  name: 'x',
  services: {
    db: { image: 'postgres', ports: [{ target: 5432, published: '5432' }], healthcheck: { test: ['CMD', 'true'] } },
    api: { image: 'api', ports: [{ target: 80 }], depends_on: { db: { condition: 'service_healthy' } } },
  },
  volumes: { data: { name: 'x_data' } },
};

function scopeOn(engine: FakeEngine): Scope {
  const scope = new Scope({ engine, ports: '31100-31199' });
  scope.file('compose.yml', 'services: {}');
  return scope;
}

describe('acquire', () => {
  it('claims before it asks the engine for anything, and starts in the order of the dependencies', async () => {
    const engine = new FakeEngine(model, { db: { healthyAfter: 20 }, api: { healthyAfter: 5 } });
    await using scope = scopeOn(engine);
    await using lease = await scope.manager.acquire({ cwd: scope.folder, name: 'shop' });

    const claimed = scope.progress.findIndex((p) => p.type === 'claimed');
    const created = scope.progress.findIndex((p) => p.type === 'step' && p.step === 'create');
    expect(claimed).toBeGreaterThan(-1);
    expect(claimed).toBeLessThan(created);
    const ready = scope.progress.flatMap((p) =>
      p.type === 'service' && p.verdict.state === 'starting' ? [p.service] : [],
    );
    expect(ready.indexOf('db')).toBeLessThan(ready.indexOf('api'));
    expect(lease.services.db?.ports).toEqual({ '5432/tcp': 31100 });
    expect(lease.services.api).toMatchObject({ state: 'healthy', ports: { '80/tcp': 31101 } });
    expect(lease.env).toMatchObject({ DM_API_PORT: '31101', PGPORT: '31100' });
  });

  it('gives one call of the engine a failure and leaves nothing, whichever call it is', async () => {
    for (const operation of ['ping', 'resolve', 'create', 'start']) {
      const engine = new FakeEngine(model, { db: { healthyAfter: 5 }, api: { healthyAfter: 5 } });
      engine.failures.set(operation, new EnvironmentError('ENGINE_FAILED', { operation, reason: 'boom' }));
      await using scope = scopeOn(engine);
      await expect(scope.manager.acquire({ cwd: scope.folder })).rejects.toThrow('boom');
    }
  });

  it('says at the deadline whose start is under way, although nothing has been seen of it yet', async () => {
    const engine = new FakeEngine(model);
    const start = (_: string, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    await using scope = scopeOn(Object.assign(engine, { start }));
    await expect(scope.manager.acquire({ cwd: scope.folder, waitTimeout: 300 })).rejects.toThrow(
      'Not ready within 0.3 s: db (its start is not done yet), api (not started: waits for db)',
    );
  });

  it('says more of one that has been seen, although its start has not come back', async () => {
    const engine = new FakeEngine(model, { db: { healthyAfter: 60_000 } });
    const begin = engine.start.bind(engine);
    const start = async (id: string, signal: AbortSignal) => {
      await begin(id);
      await new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    await using scope = scopeOn(Object.assign(engine, { start }));
    await expect(scope.manager.acquire({ cwd: scope.folder, waitTimeout: 300 })).rejects.toThrow(
      'Not ready within 0.3 s: db (health check: starting)',
    );
  });

  it('keeps the row when something cannot be removed, and says what', async () => {
    const engine = new FakeEngine(model, { db: { healthyAfter: 5 }, api: { healthyAfter: 5 } });
    await using scope = scopeOn(engine);
    const lease = await scope.manager.acquire({ cwd: scope.folder });
    engine.failures.set('removeVolume', new EnvironmentError('ENGINE_FAILED', { operation: 'x', reason: 'in use' }));
    await expect(lease.release()).rejects.toMatchObject({ code: 'RELEASE_INCOMPLETE', exitCode: 6 });
    expect((await scope.manager.status())[0]?.record.state).toBe('failed');
    engine.failures.clear();
    await scope.manager.clean();
    expect(await scope.manager.status()).toEqual([]);
  });

  it('never looks at a volume that only resembles ours', async () => {
    const engine = new FakeEngine(model, { db: { healthyAfter: 5 }, api: { healthyAfter: 5 } });
    await using scope = scopeOn(engine);
    const lease = await scope.manager.acquire({ cwd: scope.folder });
    engine.addForeignVolume(`${lease.project}_data_of_mine`);
    engine.addForeignVolume('x_data');
    await lease.release();
    expect((await engine.volumes({})).map((v) => v.name)).toEqual([`${lease.project}_data_of_mine`, 'x_data']);
  });

  it('refuses an option that it does not know', async () => {
    await using scope = scopeOn(new FakeEngine(model));
    await expect(scope.manager.acquire({ waitTimout: 5 } as object)).rejects.toThrow('did you mean "waitTimeout"');
  });

  it('stops between any two steps when the caller aborts', async () => {
    const engine = new FakeEngine(model, { db: {} });
    await using scope = scopeOn(engine);
    const controller = new AbortController();
    const acquiring = scope.manager.acquire({ cwd: scope.folder, signal: controller.signal });
    controller.abort(new Error('Ctrl-C'));
    await expect(acquiring).rejects.toMatchObject({ code: 'ABORTED', exitCode: 130, params: { by: 'Ctrl-C' } });
  });
});
