import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LeaseStore } from '../../src/store/lease-store.js';
import { holders } from '../../src/store/lock-holder.js';
import { storeError } from '../../src/store/store-error.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-busy-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.skipIf(process.platform !== 'linux')(
  'a lock that is not given up is told with its holder (Linux tells)',
  async () => {
    new LeaseStore(folder).close();
    const file = join(folder, 'store.db');
    const script = `const { default: Database } = await import('better-sqlite3'); const db = new Database(process.argv[1]);
    db.exec('BEGIN IMMEDIATE'); console.log('locked'); process.stdin.resume();`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, file], { stdio: 'pipe' });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const database = new SqliteDatabase(file, { timeout: 1 });
    let said: unknown;
    try {
      database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      said = storeError(error, file);
    }
    database.close();
    const ended = new Promise((resolve) => holder.on('close', resolve));
    holder.stdin.end();
    await ended;
    expect(said).toMatchObject({
      code: 'STORE_BUSY',
      message: `The state database ${file} was locked for 10 s by pid ${holder.pid} (node --input-type=module).`,
    });
  },
);

it('a new database that another process is at this moment writing is waited for', async () => {
  const file = join(folder, 'store.db');
  // Locked for a moment as it is while its journal is changed: SQLite itself does not wait for that.
  const script = `const { default: Database } = await import('better-sqlite3'); const db = new Database(process.argv[1]);
    db.exec('BEGIN IMMEDIATE; CREATE TABLE taken (x)'); console.log('locked');
    setTimeout(() => db.exec('ROLLBACK'), 200);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, file], { stdio: 'pipe' });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  const ended = new Promise((resolve) => holder.on('close', resolve));
  const store = new LeaseStore(folder);
  expect(store.list()).toEqual([]);
  store.close();
  await ended;
});

it('reads holders, and not those who wait, from the kernel’s list', () => {
  const locks = `1: FLOCK  ADVISORY  WRITE 9 fe:00:77 0 EOF
2: POSIX  ADVISORY  WRITE 812 fe:00:2188641 120 120
2: -> POSIX  ADVISORY  WRITE 813 fe:00:2188641 120 120
3: POSIX  ADVISORY  READ  814 fe:00:2188641 124 124
4: OFDLCK ADVISORY  WRITE 815 fe:00:99 0 EOF
5: POSIX  ADVISORY  WRITE 0 fe:00:2188641 121 121`;
  expect(holders(locks, ['2188641'])).toEqual([812]);
  expect(holders(locks, ['99', '1'])).toEqual([815]);
});
