import { chmodSync, closeSync, existsSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { EnvironmentError } from '../domain/errors.js';
import { migrate } from './migrations.js';

/** How long a writer waits for another process's transaction; the longest seen with eight writers was 1.5 s. */
const BUSY_TIMEOUT = 10_000;

/**
 * Opens `<folder>/store.db`: WAL, 0600 in a 0700 folder that belongs to us. The folder and the file are never links:
 * SQLite would follow one that somebody else has planted.
 *
 * @throws STATE_DIR_UNUSABLE, STORE_DAMAGED, STORE_TOO_NEW
 */
export function openDatabase(folder: string): Database {
  checkDriver();
  prepareFolder(folder);
  const file = join(folder, 'store.db');
  prepareFile(file, folder);
  let database: Database | undefined;
  try {
    database = new SqliteDatabase(file, { timeout: BUSY_TIMEOUT });
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL'); // a commit survives the process; only a power loss may undo the last ones
    database.pragma('foreign_keys = ON');
    migrate(database, file);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof EnvironmentError) throw error;
    throw storeError(error, file, folder);
  }
}

/**
 * better-sqlite3 13 crashes the process on Node before 22.14 (it needs Node-API 10), and 12 on Node from 24.19 on, as
 * soon as a statement is collected. npm chooses by engine; other package managers may not.
 *
 * @throws STORE_DRIVER_UNFIT instead of a crash
 */
function checkDriver(): void {
  const { version } = createRequire(import.meta.url)('better-sqlite3/package.json') as { version: string };
  const needed =
    Number(process.versions.napi) < 10 ? 12 : Number.parseInt(process.versions.node, 10) >= 24 ? 13 : undefined;
  if (needed === undefined || Number.parseInt(version, 10) === needed) return;
  throw new EnvironmentError('STORE_DRIVER_UNFIT', { version, node: process.versions.node, needed });
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    if (found.isSymbolicLink()) throw unusable(folder, 'it is a symbolic link');
    const uid = process.getuid?.();
    if (uid !== undefined && found.uid !== uid)
      throw unusable(folder, `it belongs to user ${found.uid}, not to ${uid}`);
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    throw unusable(folder, (error as Error).message, error);
  }
}

function prepareFile(file: string, folder: string): void {
  try {
    if (existsSync(file)) {
      if (lstatSync(file).isSymbolicLink()) throw unusable(folder, 'store.db is a symbolic link');
      return;
    }
    closeSync(openSync(file, 'a', 0o600)); // the -wal and -shm files inherit this mode
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    throw unusable(folder, (error as Error).message, error);
  }
}

function unusable(folder: string, reason: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError('STATE_DIR_UNUSABLE', { folder, reason }, { cause });
}

function storeError(error: unknown, file: string, folder: string): EnvironmentError {
  const { code = '', message } = error as { code?: string; message: string };
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new EnvironmentError('STORE_DAMAGED', { file, reason: message }, { cause: error });
  }
  return unusable(folder, message, error);
}
