import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Holder, isRetired, type LeaseRecord } from '../../src/domain/lease.js';
import type { ProcessOwner } from '../../src/domain/owner.js';
import { LeaseStore } from '../../src/store/lease-store.js';
import { owner, request } from './support/requests.js';

let folder: string;
let store: LeaseStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-store-'));
  store = new LeaseStore(folder);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const alive = () => 'alive' as const;
const user = (token: string): Holder => ({ token, process: owner as ProcessOwner });

function ready(sharedKey: string, holders: readonly Holder[], expiresAt: number | null = null): LeaseRecord {
  const starting = store.transition(store.claim({ ...request, sharedKey }), 'starting');
  const timeline = { steps: {}, services: {} };
  return store.ready(starting, { bindings: [], owner, holders, expiresAt, timeline });
}

describe('the place of a shared environment', () => {
  it('goes to the new one at once; the old one has no new users, and no time behind its last one', () => {
    const blue = ready('shop', [user('a')], 9000);
    const green = ready('swap:1', [user('maker')]);
    expect(store.shared.takePlace(green, 'maker', 'shop', 5000, blue).map(({ id }) => id)).toEqual([blue.id]);
    expect(store.shared.join('shop', user('b'), 6000, alive)).toMatchObject({ id: green.id, expiresAt: 6000 });
    expect(store.find(green.id)?.holders.map(({ token }) => token)).toEqual(['b']);
    const old = store.find(blue.id) as LeaseRecord;
    expect([isRetired(old), old.expiresAt, old.holders.length]).toEqual([true, null, 1]);
    expect(store.shared.leave(blue.id, 'a', 9999)).toMatchObject({ expiresAt: null, holders: [] });
  });

  it('is taken of whoever has it by then, under another key as well', () => {
    const blue = ready('old files', []);
    const other = ready('new files', []);
    const green = ready('swap:1', [user('maker')]);
    const retired = store.shared.takePlace(green, 'maker', 'new files', 5000, blue);
    expect(retired.map(({ id }) => id).sort()).toEqual([blue.id, other.id].sort());
    expect(store.shared.find('old files')).toBe(undefined);
    expect(store.shared.find('new files')?.id).toBe(green.id);
  });

  it('is not taken by one that is not its maker’s any more, and nothing is changed then', () => {
    const blue = ready('shop', []);
    const green = ready('swap:1', [user('maker')]);
    store.takeOver(green, owner, 'stopped');
    expect(() => store.shared.takePlace(green, 'maker', 'shop', 5000, blue)).toThrowError(
      expect.objectContaining({ code: 'LEASE_LOST' }),
    );
    expect(store.shared.find('shop')?.id).toBe(blue.id);
  });
});

describe('who prepares a shared environment', () => {
  const preparing: Holder = { ...user('first'), preparing: true };

  it('is the first one only, and nobody joins until it is done', () => {
    const lease = ready('shop', []);
    expect(store.shared.join('shop', preparing, null, alive)?.holders).toEqual([preparing]);
    expect(store.shared.join('shop', { ...user('next'), preparing: true }, null, alive)).toBe(undefined);
    expect(store.shared.prepared(lease.id, 'first')?.holders).toEqual([user('first')]);
    const joined = store.shared.join('shop', { ...user('next'), preparing: true }, null, alive);
    expect(joined?.holders).toEqual([user('first'), user('next')]);
  });

  it('and has died over it leaves that to the next one', () => {
    ready('shop', [preparing]);
    const next = { ...user('next'), preparing: true as const };
    expect(store.shared.join('shop', next, null, () => 'gone')?.holders).toEqual([next]);
  });
});

describe('a lease that is changed in its place', () => {
  it('gets a key only where no other has it', () => {
    const lease = ready('one', []);
    ready('two', []);
    const { spec, bindings, timeline } = lease;
    const change = { spec, bindings, timeline };
    expect(store.amend(lease, { ...change, sharedKey: 'two' }, 'updated', {}).sharedKey).toBe('one');
    expect(store.amend(lease, { ...change, sharedKey: 'three' }, 'updated', {}).sharedKey).toBe('three');
    expect(store.shared.find('three')).toMatchObject({ id: lease.id });
  });

  it('gets more ports behind its own as far as nobody has them', () => {
    const first = ready('one', []);
    const last = first.ports?.last ?? 0;
    expect(store.growPorts(first, last + 2)?.ports?.last).toBe(last + 2);
    const second = ready('two', []);
    expect(second.ports?.first).toBeGreaterThan(last + 2);
    expect(store.growPorts(first, second.ports?.first ?? 0)).toBe(undefined);
    expect(store.find(first.id)?.ports?.last).toBe(last + 2);
  });
});

it('the key of what is kept on disk is made once', () => {
  const key = store.sealKey();
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  const other = new LeaseStore(folder);
  expect(other.sealKey()).toBe(key);
  other.close();
});
