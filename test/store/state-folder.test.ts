import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LeaseStore } from '../../src/store/lease-store.js';
import { inChild } from './support/in-child.js';

const isRoot = process.getuid?.() === 0;
/** "nobody" on most systems; any user but root will do. */
const SOMEBODY_ELSE = 65534;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function openingThrows(path: string) {
  return expect(() => new LeaseStore(path));
}

function unusable(reason: RegExp) {
  return expect.objectContaining({
    code: 'STATE_DIR_UNUSABLE',
    exitCode: 5,
    message: expect.stringMatching(reason),
    hint: expect.stringContaining('--state-dir'),
  });
}

describe('a state folder', () => {
  // Where it goes wrong, this test never ends: Node's own recursive mkdir does not.
  it.runIf(process.platform === 'linux')('is refused where no folder can be made', () => {
    openingThrows('/proc/docker-manual/state').toThrow(unusable(/no folder can be made in \/proc/));
  });

  it('is ours alone under any umask, and so is every file in it', () => {
    for (const umask of [0, 0o777]) {
      const before = process.umask(umask);
      try {
        const state = join(folder, `state-${umask}`);
        new LeaseStore(state).close();
        expect(statSync(state).mode & 0o777).toBe(0o700);
        expect(statSync(join(state, 'store.db')).mode & 0o777).toBe(0o600);
      } finally {
        process.umask(before);
      }
    }
    const state = join(folder, 'state-0');
    chmodSync(state, 0o755);
    chmodSync(join(state, 'store.db'), 0o644);
    const store = new LeaseStore(state);
    const modes = ['.', 'store.db', 'store.db-wal', 'store.db-shm', 'store-id', 'reserve'].map(
      (name) => statSync(join(state, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600, 0o600, 0o600]);
    store.close();
  });

  it('is never reached through a link, and neither are its files', () => {
    const state = join(folder, 'state');
    new LeaseStore(state).close();
    symlinkSync(state, join(folder, 'link'));
    openingThrows(join(folder, 'link')).toThrowError(unusable(/symbolic link/));

    for (const name of ['store.db', 'store-id']) {
      const trap = join(folder, `trap-${name}`);
      mkdirSync(trap);
      writeFileSync(join(folder, `${name}.target`), '');
      symlinkSync(join(folder, `${name}.target`), join(trap, name));
      openingThrows(trap).toThrowError(unusable(new RegExp(`${name} is a symbolic link`)));
      expect(statSync(join(folder, `${name}.target`)).size).toBe(0);
    }
  });

  it.each([
    ['a file in its place', (at: string) => writeFileSync(at, ''), '', /there is a file of that name/],
    ['a file on the way to it', (at: string) => writeFileSync(at, ''), 'below/it', /a part of the path is a file/],
    [
      'a folder named store.db',
      (at: string) => mkdirSync(join(at, 'store.db'), { recursive: true }),
      '',
      /no plain file/,
    ],
  ])('says that there is %s', (_, make, below, reason) => {
    const at = join(folder, 'state');
    make(at);
    openingThrows(join(at, below)).toThrowError(unusable(reason));
  });

  it('says that its path is too long, for SQLite or for the system', () => {
    const long = join(folder, ...Array.from({ length: 5 }, () => 'x'.repeat(100)));
    openingThrows(long).toThrowError(unusable(/no path of more than 504 bytes/));
    openingThrows(join(folder, 'x'.repeat(300))).toThrowError(unusable(/the path is too long/));
  });

  it.skipIf(!isRoot)("is not used when it belongs to somebody else (a root's test)", () => {
    chownSync(folder, SOMEBODY_ELSE, SOMEBODY_ELSE);
    openingThrows(folder).toThrowError(unusable(/belongs to user 65534, not to 0/));
  });

  it('says who may not write where', () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o555 });
    chmodSync(folder, 0o755);
    const text = `
      const { LeaseStore } = await import('$dist/store/lease-store.js');
      try { new LeaseStore(${JSON.stringify(join(closed, 'state'))}); } catch (error) { console.log(JSON.stringify(error)); }`;
    const error = JSON.parse(inChild(text, isRoot ? { uid: SOMEBODY_ELSE } : {}));
    expect(error).toMatchObject({ code: 'STORE_READ_ONLY', message: expect.stringContaining('permission denied') });
    expect(error.hint).toContain('--state-dir');
  });

  it.skipIf(spawnSync('mkfifo', ['--version']).error !== undefined)('does not wait for a pipe named store-id', () => {
    spawnSync('mkfifo', [join(folder, 'store-id')]);
    const store = new LeaseStore(folder);
    expect(store.id).toMatch(/^[0-9a-f-]{36}$/);
    store.close();
  });
});
