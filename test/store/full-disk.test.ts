import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LeaseRecord } from '../../src/domain/lease.js';
import { LeaseStore } from '../../src/store/lease-store.js';
import { release, request } from './support/requests.js';
import { NO_TMPFS, Tmpfs } from './support/tmpfs.js';

const full = expect.objectContaining({ code: 'STORE_FULL', exitCode: 7, hint: expect.stringContaining('Make room') });

/** Claims until the store says that the disk is full. */
function claimUntilFull(store: LeaseStore, most: number): LeaseRecord[] {
  const leases: LeaseRecord[] = [];
  try {
    while (leases.length < most) leases.push(store.claim({ ...request, ports: 0 }));
  } catch (error) {
    expect(error).toEqual(full);
  }
  return leases;
}

describe.skipIf(NO_TMPFS)(`on a full disk${NO_TMPFS ? ` (skipped: ${NO_TMPFS})` : ''}`, () => {
  it('nothing is claimed, and everything can be released by the process that holds it', () => {
    using disk = new Tmpfs('8m');
    const store = new LeaseStore(join(disk.folder, 'state'));
    const held = claimUntilFull(store, 300);
    expect(held).toHaveLength(300);
    expect(disk.fill()).toBe(0);
    expect(() => {
      for (;;) held.push(store.claim({ ...request, ports: 0 }));
    }).toThrowError(full);
    expect(store.list()).toHaveLength(held.length);
    for (const lease of held) release(store, lease);
    expect(store.list()).toEqual([]);
    store.close();
  });

  it('every lease can be released by a new process, one after the other', () => {
    using disk = new Tmpfs('8m');
    const state = join(disk.folder, 'state');
    const first = new LeaseStore(state);
    const held = claimUntilFull(first, 100);
    first.close();
    disk.fill();
    for (const lease of held) {
      const store = new LeaseStore(state);
      expect(() => store.claim(request)).toThrowError(full);
      release(store, lease);
      store.close();
    }
    disk.drain();
    const after = new LeaseStore(state);
    expect(after.list()).toEqual([]);
    expect(after.claim(request).ports?.first).toBe(30000);
    expect(existsSync(join(state, 'reserve'))).toBe(true);
    after.close();
  });

  it('a store is not begun, and the error names the disk', () => {
    using disk = new Tmpfs('8m');
    disk.fill();
    expect(() => new LeaseStore(join(disk.folder, 'state'))).toThrowError(full);
    disk.drain();
    new LeaseStore(join(disk.folder, 'state')).close();
  });

  it('one that becomes read-only is told from it', () => {
    using disk = new Tmpfs('8m');
    const state = join(disk.folder, 'state');
    const store = new LeaseStore(state);
    store.close();
    disk.readOnly();
    expect(() => new LeaseStore(state)).toThrowError(
      expect.objectContaining({ code: 'STORE_READ_ONLY', message: expect.stringContaining(state) }),
    );
  });
});
