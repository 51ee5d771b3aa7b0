import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LeaseRecord } from '../../src/domain/lease.js';
import type { ProcessIdentity, ProcessLife, ProcessOwner } from '../../src/domain/owner.js';
import { LeaseStore } from '../../src/store/lease-store.js';
import { EXPIRE_AFTER, SUSPECT_AFTER } from '../../src/watchdog/suspicion.js';
import { Watchdog } from '../../src/watchdog/watchdog.js';

function processOf(pid: number): ProcessIdentity {
  return { host: 'h', boot: 'b', namespace: 'n', container: null, pid, startTicks: 1 };
}

let folder: string;
let store: LeaseStore;
let other: LeaseStore;
let lives: Map<number, ProcessLife>;
let steady: number;
let cleaned: { project: string; done: () => void }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-watchdog-'));
  store = new LeaseStore(folder);
  other = new LeaseStore(folder);
  lives = new Map();
  steady = 1000;
  cleaned = [];
});

afterEach(() => {
  store.close();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

function watchdog(pid: number): Watchdog {
  return new Watchdog(store, {
    self: processOf(pid),
    lifeOf: (process) => lives.get(process.pid) ?? 'gone',
    clean: ({ project }) => new Promise((resolve) => cleaned.push({ project, done: resolve })),
    fill: async () => true,
    now: () => 1_000_000,
    steady: () => steady,
  });
}

function claim(pid: number | null, expiresAt: number | null = null, endpoint = 'unix:///a'): LeaseRecord {
  const process: ProcessOwner = { kind: 'process', ...processOf(pid ?? 0), command: 'test' };
  const lease = other.claim({
    base: 'shop',
    mode: 'dedicated',
    owner: pid === null ? { kind: 'session', host: 'h', user: 'u', command: 'test', job: null } : process,
    engine: { endpoint, environment: {} },
    expiresAt,
    spec: { directory: '/x', files: ['/x/compose.yml'], profiles: [], envFiles: [] },
    ports: 0,
    range: { first: 30000, last: 30008 },
    avoid: [],
    subnets: { demands: [], pool: { first: 0, last: 0 }, taken: [] },
    exclusive: null,
    sharedKey: null,
    memory: 0,
  });
  return other.transition(lease, 'starting');
}

describe('the watchdog', () => {
  it('is alone while it lives, and replaced when it does not', () => {
    lives.set(1, 'alive');
    expect(watchdog(1).begin()).toBe(true);
    expect(watchdog(2).begin()).toBe(false);
    lives.set(1, 'gone');
    expect(watchdog(3).begin()).toBe(true);
  });

  it('ends with the last lease, and when another one has taken its seat', () => {
    const lease = claim(7);
    lives.set(7, 'alive').set(1, 'alive');
    const dog = watchdog(1);
    dog.begin();
    expect(dog.round()).toBe(true);
    other.remove(lease);
    expect(dog.round()).toBe(false);
    expect(store.watch.holder()).toBeUndefined();

    claim(7);
    dog.begin();
    other.watch.take(processOf(2), () => false);
    expect(dog.round()).toBe(false);
    expect(store.watch.holder()?.pid).toBe(2);
  });

  it('does not stay for a lease that lasts until somebody ends it', () => {
    claim(null, null);
    const dog = watchdog(1);
    dog.begin();
    expect(dog.round()).toBe(false);
  });

  it('has what is over removed, once at a time on each engine, with longer and longer pauses while it does not go', async () => {
    const gone = claim(7);
    claim(8);
    claim(9, null, 'unix:///b');
    lives.set(8, 'alive');
    const expired = claim(null, 999_999);
    const dog = watchdog(1);
    dog.begin();
    dog.round();
    dog.round();
    expect(cleaned).toHaveLength(2);

    cleaned[0]?.done();
    await Promise.resolve().then(() => {});
    dog.round();
    expect(cleaned).toHaveLength(2);
    steady += 500;
    dog.round();
    expect(cleaned).toHaveLength(3);
    cleaned[2]?.done();
    await Promise.resolve().then(() => {});
    steady += 500;
    dog.round();
    expect(cleaned).toHaveLength(3);
    steady += 500;
    dog.round();
    expect(cleaned).toHaveLength(4);

    for (const lease of [gone, expired]) other.remove(lease);
    expect(dog.round()).toBe(true);
  });

  it('suspects an owner that it cannot see before it gives it up, and clears it by its next renewal', () => {
    const lease = claim(7);
    lives.set(7, 'unknown');
    const dog = watchdog(1);
    dog.begin();
    const pass = (ms: number) => {
      for (let passed = 0; passed < ms; passed += 5000) {
        steady += 5000;
        dog.round();
      }
    };
    dog.round();
    pass(SUSPECT_AFTER);
    expect(other.find(lease.id)?.state).toBe('suspect');
    other.renew(processOf(7));
    pass(10_000);
    expect(other.find(lease.id)?.state).toBe('starting');
    expect(cleaned).toEqual([]);

    pass(EXPIRE_AFTER + 5000);
    expect(other.find(lease.id)?.state).toBe('expired');
    dog.round();
    expect(cleaned.map(({ project }) => project)).toEqual([lease.project]);
    expect(other.history.list(10).map((e) => e.action)).toEqual([
      'claimed',
      'starting',
      'suspect',
      'starting',
      'suspect',
      'expired',
    ]);
  });

  it('counts only time in which it was running itself', () => {
    const lease = claim(7);
    lives.set(7, 'unknown');
    const dog = watchdog(1);
    dog.begin();
    dog.round();
    steady += 10 * EXPIRE_AFTER; // the lid was closed
    dog.round();
    expect(other.find(lease.id)?.state).toBe('starting');
  });

  it('lets a suspected owner go on', () => {
    const lease = claim(7);
    const suspected = other.transition(lease, 'suspect');
    const ready = other.ready(lease, {
      bindings: [],
      owner: lease.owner,
      expiresAt: null,
      timeline: null,
      holders: [],
    });
    expect(ready.state).toBe('ready');
    expect(other.find(suspected.id)?.state).toBe('ready');
  });
});
