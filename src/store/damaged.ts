import { existsSync, readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError } from '../domain/errors.js';
import { sqlite } from './drivers/better-sqlite3.js';
import type { SqliteConnection } from './drivers/driver.js';
import { BUSY_TIMEOUT, storeError } from './store-error.js';

/**
 * Moves a damaged database out of the way, with the files that SQLite keeps beside it; nothing is deleted. One process
 * does it at a time, and looks again first: the file at that path may be the new one of another process by now.
 *
 * @returns where it is now; undefined when there is nothing damaged any more
 * @throws STORE_BUSY, STORE_READ_ONLY, STORE_FULL
 */
export function moveAside(file: string): string | undefined {
  try {
    return exclusively(join(dirname(file), 'store.lock'), () => {
      if (!isDamaged(file)) return undefined;
      const aside = freeName(`${file}.damaged-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`);
      // The database last: were it first, another process could begin anew beside the old -wal, and lose its own here.
      for (const ending of ['-wal', '-shm', '']) {
        if (existsSync(file + ending)) renameSync(file + ending, aside + ending);
      }
      return aside;
    });
  } catch (error) {
    throw storeError(error, file);
  }
}

/** The newest database that was moved aside in this folder. */
export function newestAside(file: string): string | undefined {
  const names = readdirSync(dirname(file)).filter((name) => /\.damaged-[^-]+(-\d+)?$/.test(name));
  const newest = names
    .filter((name) => name.startsWith(basename(file)))
    .sort()
    .at(-1);
  return newest === undefined ? undefined : join(dirname(file), newest);
}

/** Reads every page, or only those of the leases. @throws STORE_DAMAGED */
export function assertWhole(database: SqliteConnection, file: string, what: 'everything' | 'leases'): void {
  const damaged = (reason: string) => new EnvironmentError('STORE_DAMAGED', { file, reason, aside: '' });
  if (database.pragma('user_version') !== 0) {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").values();
    const missing = ['meta', 'leases', 'events'].filter((table) => !tables.includes(table));
    if (missing.length > 0) throw damaged(`it has no table "${missing[0]}"`);
  }
  // SQLite's words are "ok", or what is wrong, a line each.
  const check = database.pragma(what === 'everything' ? 'quick_check(1)' : "quick_check('leases')");
  if (check !== 'ok') throw damaged(String(check).split('\n').at(-1) ?? '');
}

function isDamaged(file: string): boolean {
  if (!existsSync(file)) return false;
  let database: SqliteConnection | undefined;
  try {
    database = sqlite.open(file, BUSY_TIMEOUT);
    assertWhole(database, file, 'everything');
    return false;
  } catch (error) {
    const known = storeError(error, file);
    if (known instanceof EnvironmentError && known.code === 'STORE_DAMAGED') return true;
    throw known;
  } finally {
    database?.close();
  }
}

/** A lock that the kernel releases with the process that holds it; SQLite has one on every system, without waiting threads. */
function exclusively<T>(file: string, section: () => T): T {
  const lock = sqlite.open(file, BUSY_TIMEOUT);
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return section();
  } finally {
    lock.close(); // nothing was written, so there is nothing to commit
  }
}

function freeName(name: string): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    if (!existsSync(candidate)) return candidate;
  }
}
