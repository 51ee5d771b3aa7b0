import { expect, it } from 'vitest';
import type { ComposeModel } from '../../src/domain/model.js';
import { createContext } from '../../src/manager/context.js';
import { Manager } from '../../src/manager/manager.js';
import { FakeEngine } from '../support/fake-engine.js';
import { Scope } from '../support/scope.js';

const model: ComposeModel = { name: 'x', services: { web: { image: 'web', healthcheck: { test: ['CMD', 'true'] } } } };

it('an acquire only tells of leftovers where that is asked for, and removes them otherwise', async () => {
  const engine = new FakeEngine(model, { web: { healthyAfter: 1 } });
  await using scope = new Scope({ engine });
  scope.file('compose.yml', 'services: {}');
  const over = await scope.manager.acquire({ cwd: scope.folder, name: 'old', ttl: 1 });
  await expect.poll(async () => (await scope.manager.status())[0]?.over).toMatch(/^lease expired/);
  const projects = async () => (await scope.manager.status()).map(({ record }) => record.project);

  const reporting = new Manager(createContext({ ...scope.config, reconcile: 'report' }, { engine }));
  const told = await reporting.acquire({ cwd: scope.folder, name: 'new' });
  const left = expect.objectContaining({
    type: 'left',
    project: over.project,
    reason: expect.stringMatching(/"report"/),
  });
  expect(scope.progress).toContainEqual(left);
  expect(await projects()).toEqual([over.project, told.project]);
  await told.release();
  await reporting.close();

  await using mending = await scope.manager.acquire({ cwd: scope.folder, name: 'new' });
  expect(await projects()).toEqual([mending.project]);
});
