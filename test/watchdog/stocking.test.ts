import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LeaseStore } from '../../src/store/lease-store.js';
import { Stocking } from '../../src/watchdog/stocking.js';

let folder: string;
let store: LeaseStore;
let clock: number;
let fills: { key: string; done: (well: boolean) => void }[];
let changes: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-stocking-'));
  clock = 1000;
  store = new LeaseStore(folder, () => clock);
  fills = [];
  changes = 0;
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function stocking(): Stocking {
  return new Stocking(store, {
    fill: ({ key }) => new Promise((done) => fills.push({ key, done })),
    now: () => clock,
    steady: () => clock,
  });
}

function add(key: string, endpoint = 'unix:///a', idle = 100_000): void {
  const engine = { endpoint, environment: {} };
  store.pools.add({ key, question: key, min: 1, max: null, idle, name: key, engine, files: [], recipe: '' });
}

function round(one: Stocking): void {
  one.refresh();
  one.round(() => {
    changes += 1;
  });
}

it('fills one pool at a time on each engine, and the next when that has ended', async () => {
  for (const [key, endpoint] of [
    ['one', 'unix:///a'],
    ['two', 'unix:///a'],
    ['far', 'ssh://b'],
  ] as const) {
    add(key, endpoint);
    clock += 1;
  }
  const own = stocking();
  round(own);
  round(own);
  expect(fills.map(({ key }) => key)).toEqual(['far', 'two']);
  store.pools.end('two');
  fills[1]?.done(true);
  await Promise.resolve();
  expect(changes).toBe(1);
  round(own);
  expect(fills.map(({ key }) => key)).toEqual(['far', 'two', 'one']);
});

it('waits longer and longer after fillers that end badly', async () => {
  add('one');
  const own = stocking();
  for (const pause of [500, 1000, 2000]) {
    round(own);
    fills.at(-1)?.done(false);
    await Promise.resolve();
    const begun = fills.length;
    clock += pause - 1;
    round(own);
    expect(fills).toHaveLength(begun);
    clock += 1;
  }
  round(own);
  expect(fills).toHaveLength(4);
});

it('leaves the engine to those who wait for room there', () => {
  add('one');
  const owner = { kind: 'process', host: '', boot: '', namespace: '', container: null, pid: 1, startTicks: 1 } as const;
  const none = { memory: 0, environments: 0 };
  const asker = { engine: 'unix:///a', name: 'x', priority: 0, budget: none, memory: 1, arrival: undefined };
  const { arrival } = store.queue.look({ ...asker, owner: { ...owner, command: 'x' }, isGone: () => false });
  const own = stocking();
  round(own);
  expect(fills).toEqual([]);
  store.queue.leave(arrival as number);
  round(own);
  expect(fills).toHaveLength(1);
});

it('forgets a pool that nobody has used for too long', () => {
  add('one', 'unix:///a', 100);
  const own = stocking();
  clock += 100;
  round(own);
  expect(changes).toBe(1);
  expect(fills).toEqual([]);
  own.refresh();
  expect(own.isEmpty).toBe(true);
});
