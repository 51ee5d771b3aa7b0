import { randomUUID } from 'node:crypto';
import { newestAside } from './damaged.js';
import type { SqliteConnection } from './drivers/driver.js';
import { readStoreId, writeStoreId } from './store-id.js';

/**
 * The id of the store, from the file `store-id` and, as a copy, from the database: either may be lost. The file has the
 * last word, and the database's write lock keeps two processes from writing it at once.
 */
export function settleId(database: SqliteConnection, folder: string): string {
  const known = readStoreId(folder);
  if (known !== undefined && known === meta(database, 'store-id')) return known;
  return database.transaction(() => {
    const id = readStoreId(folder) ?? writeStoreId(folder, meta(database, 'store-id') ?? randomUUID());
    setMeta(database, 'store-id', id);
    return id;
  });
}

/**
 * Told of a database that has just been made: where the store has an id already, this is not its first, and the leases
 * of the one before are missing. That is written down, for whoever can find them again.
 */
export function noteLoss(database: SqliteConnection, folder: string, file: string): void {
  if (readStoreId(folder) !== undefined) setMeta(database, 'predecessor', newestAside(file) ?? '');
}

/**
 * Set while the leases of this database's predecessor are missing: the file it was moved to, "" where nothing is left of
 * it.
 */
export function predecessor(database: SqliteConnection): string | undefined {
  return meta(database, 'predecessor');
}

export function forgetPredecessor(database: SqliteConnection): void {
  database.prepare("DELETE FROM meta WHERE key = 'predecessor'").run();
}

export function meta(database: SqliteConnection, key: string): string | undefined {
  return database.prepare('SELECT value FROM meta WHERE key = ?').value(key) as string | undefined;
}

export function setMeta(database: SqliteConnection, key: string, value: string): void {
  database.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
}
