import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LeaseState, TRANSITIONS } from '../../src/domain/lease.js';
import { LeaseStore } from '../../src/store/lease-store.js';
import { request as anyRequest, owner } from './support/requests.js';

const request = { ...anyRequest, range: { first: 30000, last: 30008 } };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('LeaseStore', () => {
  it('gives disjoint blocks, refuses when none is left, and gives one again when a lease ends', () => {
    const store = new LeaseStore(folder);
    const leases = [store.claim(request), store.claim(request), store.claim(request)];
    expect(leases.map((l) => l.ports?.first)).toEqual([30000, 30003, 30006]);
    expect(() => store.claim(request)).toThrowError(expect.objectContaining({ code: 'PORTS_EXHAUSTED', exitCode: 7 }));
    store.remove(leases[1] as (typeof leases)[0]);
    expect(store.claim(request).ports).toEqual({ first: 30003, last: 30005 });
    store.close();
  });

  it('lets only the holder of the present generation change a lease', () => {
    const store = new LeaseStore(folder);
    const lease = store.claim(request);
    const taken = store.takeOver(lease, owner, 'owner gone');
    expect(() => store.transition(lease, 'starting')).toThrowError(expect.objectContaining({ code: 'LEASE_LOST' }));
    expect(store.takeOver(lease, owner, 'again')).toBeUndefined();
    store.remove(lease);
    expect(store.list()).toHaveLength(1);
    store.remove(taken as typeof lease);
    expect(store.list()).toEqual([]);
    expect(store.history.list(10).map((e) => e.action)).toEqual(['claimed', 'stopping', 'released']);
    store.close();
  });

  it('refuses every change of state but those of the table, and writes nothing then', () => {
    const store = new LeaseStore(folder);
    const claimed = store.claim(request);
    const events = store.history.list(10).length;
    const states = Object.keys(TRANSITIONS) as LeaseState[];
    for (const from of states) {
      for (const to of states.filter((state) => !TRANSITIONS[from].includes(state))) {
        expect(() => store.transition({ ...claimed, state: from }, to), `${from} to ${to}`).toThrow(/no way/);
      }
    }
    expect(store.find(claimed.id)).toEqual(claimed);
    expect(store.history.list(10)).toHaveLength(events);
    store.close();
  });

  it('keeps a failed start for a session, but only for the holder of the lease', () => {
    const store = new LeaseStore(folder);
    const lease = store.transition(store.claim(request), 'starting');
    const kept = store.keep(lease, { ...owner, command: 'look' }, 5000);
    expect(store.find(lease.id)).toMatchObject({ state: 'degraded', owner: { command: 'look' }, expiresAt: 5000 });
    store.takeOver(kept, owner, 'stopped');
    expect(() => store.keep(kept, owner, 9)).toThrowError(expect.objectContaining({ code: 'LEASE_LOST' }));
    store.close();
  });

  it('refuses a database that is newer than this code', () => {
    new LeaseStore(folder).close();
    const database = new SqliteDatabase(join(folder, 'store.db'));
    database.pragma('user_version = 99');
    database.close();
    expect(() => new LeaseStore(folder)).toThrowError(expect.objectContaining({ code: 'STORE_TOO_NEW' }));
  });

  it('is one store for all who open it', () => {
    const [first, second] = [new LeaseStore(folder), new LeaseStore(folder)];
    expect(first.id).toBe(second.id);
    const lease = first.claim(request);
    expect(second.find(lease.id)).toEqual(lease);
    first.close();
    second.close();
  });
});
