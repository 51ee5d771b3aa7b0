import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LeaseRecord } from '../../src/domain/lease.js';
import type { Owner, ProcessOwner } from '../../src/domain/owner.js';
import { MOST_FAILURES, type PoolPlace } from '../../src/domain/pool.js';
import { LeaseStore } from '../../src/store/lease-store.js';

const KEY = 'k'.repeat(64);
const SIZE = { min: 2, max: 3, idle: 1000 };
const ENGINE = { endpoint: 'unix:///a', environment: {} };
const POOL_OWNER: Owner = { kind: 'session', host: 'h', user: 'u', command: 'docker-manual pool', job: null };
const TESTER: ProcessOwner = {
  kind: 'process',
  host: 'h',
  boot: 'b',
  namespace: 'n',
  container: null,
  pid: 7,
  startTicks: 1,
  command: 'vitest',
};
const TAKING = { key: KEY, ...SIZE, owner: TESTER, expiresAt: null };

let folder: string;
let now: number;
let store: LeaseStore;
let other: LeaseStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-pools-'));
  now = 10_000;
  store = new LeaseStore(folder, () => now);
  other = new LeaseStore(folder, () => now);
});

afterEach(() => {
  store.close();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

function claim(state: PoolPlace['state']): LeaseRecord | undefined {
  const request = {
    base: 'shop',
    mode: 'dedicated' as const,
    owner: state === 'filling' ? POOL_OWNER : TESTER,
    engine: ENGINE,
    sharedKey: null,
    expiresAt: null,
    spec: { directory: '/x', files: ['/x/compose.yml'], profiles: [], envFiles: [] },
    ports: 1,
    range: { first: 30000, last: 30099 },
    avoid: [],
    subnets: { demands: [], pool: { first: 0, last: 0 }, taken: [] },
    exclusive: null,
    memory: 1,
    pool: { key: KEY, state },
  };
  const budget = { memory: Number.POSITIVE_INFINITY, environments: Number.POSITIVE_INFINITY };
  const asker = { engine: ENGINE.endpoint, name: 'shop', owner: TESTER, priority: 0, budget, arrival: undefined };
  return store.admit(request, { ...asker, isGone: () => false }).lease;
}

function fill(): LeaseRecord {
  const claimed = store.transition(claim('filling') as LeaseRecord, 'starting');
  const timeline = { steps: {}, services: {} };
  return store.ready(claimed, { bindings: [], owner: POOL_OWNER, holders: [], expiresAt: null, timeline });
}

function add(key = KEY, question = 'q'): void {
  store.pools.add({
    key,
    question,
    ...SIZE,
    name: 'shop',
    engine: ENGINE,
    files: ['/x/compose.yml'],
    recipe: 'sealed',
  });
}

describe('a pool', () => {
  it('hands each environment out once, the oldest first, whoever asks', () => {
    add();
    const [first, second] = [fill(), fill()];
    expect(store.pools.counts(KEY)).toEqual({ filling: 0, warm: 2, used: 0 });
    now += 10;
    const taken = [store.pools.take(TAKING), other.pools.take(TAKING), store.pools.take(TAKING)];
    expect(taken.map(({ lease }) => lease?.id).sort()).toEqual([first.id, second.id, undefined].sort());
    expect(taken[0]?.lease).toMatchObject({ owner: TESTER, expiresAt: null, pool: { state: 'used' }, state: 'ready' });
    expect(store.find(first.id)).toEqual(taken.find(({ lease }) => lease?.id === first.id)?.lease);
    expect(store.pools.counts(KEY)).toEqual({ filling: 0, warm: 0, used: 2 });
    expect(store.history.list(10).filter(({ action }) => action === 'handed-over')).toHaveLength(2);
  });

  it('is fenced: who has seen an environment ready cannot take it away from whoever has it now', () => {
    add();
    const ready = fill();
    const { lease } = other.pools.take(TAKING);
    expect(store.takeOver(ready, POOL_OWNER, 'drained')).toBeUndefined();
    expect(() => store.transition(ready, 'expired')).toThrow('no longer ours');
    expect(store.takeOver(lease as LeaseRecord, TESTER, 'released')).toBeDefined();
  });

  it('does not hand out what is being removed', () => {
    add();
    store.takeOver(fill(), TESTER, 'it is broken');
    expect(store.pools.take(TAKING).lease).toBeUndefined();
  });

  it('stays for as long as it is used, and its environments with it', () => {
    add();
    const ready = [fill(), fill()];
    expect(ready.map(({ expiresAt }) => expiresAt)).toEqual([11_000, 11_000]);
    now = 10_900;
    expect(store.pools.endIdle()).toBe(0);
    const { lease } = store.pools.take(TAKING);
    const left = ready.find(({ id }) => id !== lease?.id) as LeaseRecord;
    expect(store.find(left.id)?.expiresAt).toBe(11_900);
    now = 11_900;
    expect(store.pools.take(TAKING).lease).toBeUndefined();
    now = 12_900;
    expect(store.pools.endIdle()).toBe(1);
    expect(store.pools.list()).toEqual([]);
    expect(store.pools.take(TAKING)).toEqual({ known: false });
  });

  it('takes the place of the one that was asked for in the same way, before the files have changed', () => {
    add();
    add('other', 'another question');
    const old = fill();
    expect(old.expiresAt).toBe(11_000);
    add('new');
    expect(
      store.pools
        .list()
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['new', 'other']);
    expect(store.find(old.id)?.expiresAt).toBe(now);
    expect(store.pools.counts(KEY).warm).toBe(0);
    expect(store.pools.take(TAKING)).toEqual({ known: false });
  });

  it('wants no more than it says, decided with the claim', () => {
    add();
    expect(claim('used')).toBeDefined();
    fill();
    expect(store.pools.isShort(KEY)).toBe(true);
    expect(claim('filling')).toBeDefined();
    expect(store.pools.isShort(KEY)).toBe(false);
    expect(claim('filling')).toBeUndefined();
    expect(claim('used')).toBeDefined();
  });

  it('lets an environment go at once that becomes ready after its end', () => {
    add();
    const claimed = store.transition(claim('filling') as LeaseRecord, 'starting');
    store.pools.end(KEY);
    const timeline = { steps: {}, services: {} };
    const ready = store.ready(claimed, { bindings: [], owner: POOL_OWNER, holders: [], expiresAt: null, timeline });
    expect(ready.expiresAt).toBe(now);
    expect(store.pools.take(TAKING).lease).toBeUndefined();
  });

  it('pauses after too many failures until the next acquire, which is one try more', () => {
    add();
    for (let n = 0; n < MOST_FAILURES; n++) store.pools.failed(KEY, 'boom', 0);
    expect(store.pools.find(KEY)).toMatchObject({ failures: MOST_FAILURES, error: 'boom' });
    expect(store.pools.isShort(KEY)).toBe(false);
    store.pools.take(TAKING);
    expect(store.pools.isShort(KEY)).toBe(true);
    store.pools.failed(KEY, 'no room', 50, 0);
    expect(store.pools.isShort(KEY)).toBe(false);
    now += 50;
    fill();
    expect(store.pools.find(KEY)).toMatchObject({ failures: 0, error: null });
  });
});
