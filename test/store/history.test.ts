import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KEPT_EVENTS } from '../../src/store/history.js';
import { LeaseStore } from '../../src/store/lease-store.js';
import { asOperation } from '../../src/store/operation.js';
import { release, request } from './support/requests.js';

let folder: string;
let store: LeaseStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-history-'));
  store = new LeaseStore(folder);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

it('tells the events of one run apart from those of others in the same process, also when they take turns', async () => {
  const run = (name: string) =>
    asOperation(name, `${name} (pid 1)`, async () => {
      const lease = store.claim({ ...request, base: name });
      await new Promise((resolve) => setImmediate(resolve));
      store.transition(lease, 'starting');
    });
  await Promise.all([run('first'), run('second')]);
  const events = store.history.list(10);
  expect(events.map(({ project, action }) => `${project.slice(0, -9)} ${action}`)).toEqual([
    'first claimed',
    'second claimed',
    'first starting',
    'second starting',
  ]);
  const [a, b, c, d] = events.map(({ operation, actor, correlation }) => ({ operation, actor, correlation }));
  expect(a).toEqual({
    operation: 'first',
    actor: 'first (pid 1)',
    correlation: expect.stringMatching(/^[0-9a-f]{8}$/),
  });
  expect(c).toEqual(a);
  expect(d).toEqual(b);
  expect(b?.correlation).not.toBe(a?.correlation);
});

it('keeps the newest ten thousand, and what it drops is the oldest', () => {
  const lease = store.claim(request);
  const before = KEPT_EVENTS + 1000;
  for (let n = 1; n <= before; n++) store.note(lease, 'tick', { n });
  const kept = store.history.list(2 * KEPT_EVENTS);
  expect(kept.length).toBeGreaterThanOrEqual(KEPT_EVENTS);
  expect(kept.length).toBeLessThan(KEPT_EVENTS + 300);
  expect(kept.at(-1)?.detail).toEqual({ n: before });
  expect(kept[0]?.detail).toEqual({ n: before - kept.length + 1 });
});

it('is asked by the beginning of a project or a lease id, also of what is gone', () => {
  const [shop, other] = [store.claim(request), store.claim({ ...request, base: '100%_x' })];
  release(store, shop);
  expect(store.history.list(10, shop.project).map((e) => e.action)).toEqual(['claimed', 'stopping', 'released']);
  expect(store.history.list(10, 'sho')).toHaveLength(3);
  expect(store.history.list(2, 'shop').map((e) => e.action)).toEqual(['stopping', 'released']);
  expect(store.history.list(10, other.id.slice(0, 9)).map((e) => e.project)).toEqual([other.project]);
  expect(store.history.list(10, '%')).toEqual([]);
  expect(store.history.projects().sort()).toEqual([other.project, shop.project].sort());
});
