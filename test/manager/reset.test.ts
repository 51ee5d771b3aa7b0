import { expect, it, vi } from 'vitest';
import { EnvironmentError } from '../../src/domain/errors.js';
import type { ComposeModel } from '../../src/domain/model.js';
import { FakeEngine } from '../support/fake-engine.js';
import { Scope } from '../support/scope.js';

const model: ComposeModel = {
  name: 'p',
  services: {
    db: { image: 'postgres', environment: { POSTGRES_PASSWORD: 'x' }, ports: [{ target: 5432, published: '5432' }] },
    cache: { image: 'redis', ports: [{ target: 6379, published: '6379' }] },
  },
};

function scopeOn(engine: FakeEngine): Scope {
  const scope = new Scope({ engine });
  scope.file('compose.yml', 'services: {}');
  return scope;
}

const ready = { db: { healthyAfter: 1 }, cache: { healthyAfter: 1 } };

it('is checked by one call of the engine, and by no other before a reset acts', async () => {
  const engine = new FakeEngine(model, ready);
  await using scope = scopeOn(engine);
  await using lease = await scope.manager.acquire({ cwd: scope.folder });
  engine.calls.length = 0;
  await lease.check();
  expect(engine.calls).toEqual(['containers']);
  engine.calls.length = 0;
  await lease.worker(1);
  expect(engine.calls.filter((call) => call !== 'resolve')).toEqual(['containers', 'exec']);
});

it('passes on what the engine says, after every service had its turn', async () => {
  const engine = new FakeEngine(model, ready);
  await using scope = scopeOn(engine);
  await using lease = await scope.manager.acquire({ cwd: scope.folder });
  engine.calls.length = 0;
  engine.failures.set('exec', new EnvironmentError('ENGINE_UNAVAILABLE', { endpoint: 'fake://', reason: 'gone' }));
  await expect(lease.reset()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', exitCode: 3 });
  expect(engine.calls.filter((call) => call === 'exec')).toHaveLength(2);
});

it('is refused when the time of the environment is over', async () => {
  const engine = new FakeEngine(model, ready);
  await using scope = scopeOn(engine);
  const lease = await scope.manager.acquire({ cwd: scope.folder, ttl: 1 });
  await vi.waitUntil(() => Date.now() > Number(lease.record.expiresAt));
  await expect(lease.reset()).rejects.toMatchObject({
    code: 'ENVIRONMENT_CHANGED',
    message: expect.stringMatching(/is no longer what its lease says: lease expired .* ago/),
  });
  expect(engine.calls).not.toContain('exec');
  await lease.release();
});

it('refuses an option that it does not know', async () => {
  await using scope = scopeOn(new FakeEngine(model));
  await expect(scope.manager.reset({ service: 'db' } as object)).rejects.toThrow('did you mean "services"');
});
