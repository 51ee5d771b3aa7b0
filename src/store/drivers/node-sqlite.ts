import { DatabaseSync } from 'node:sqlite';
import type { SqliteConnection, SqliteDriver, SqliteStatement } from './driver.js';

/**
 * Primary result codes, the low byte of what SQLite reports (https://sqlite.org/rescode.html), as far as the store tells
 * them apart.
 */
const PRIMARY: Readonly<Record<number, string>> = {
  1: 'SQLITE_ERROR',
  3: 'SQLITE_PERM',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  15: 'SQLITE_PROTOCOL',
  19: 'SQLITE_CONSTRAINT',
  21: 'SQLITE_MISUSE',
  23: 'SQLITE_AUTH',
  26: 'SQLITE_NOTADB',
};
/** The one extended code that means something else than its primary one: SQLITE_READONLY | (4 << 8). */
const DBMOVED = 1032;

/** Node's own library, from Node 24 on: what a bundle can use without a native file beside it. */
export const sqlite: SqliteDriver = {
  open(file, busyTimeout) {
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
    return connection(database);
  },
  codeOf(error) {
    const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
    if (code !== 'ERR_SQLITE_ERROR' || typeof errcode !== 'number') return undefined;
    if (errcode === DBMOVED) return 'SQLITE_READONLY_DBMOVED';
    return PRIMARY[errcode & 0xff] ?? `SQLITE_${errcode}`;
  },
};

function connection(database: DatabaseSync): SqliteConnection {
  return {
    get open() {
      return database.isOpen;
    },
    exec: (sql) => database.exec(sql),
    pragma: (text) => statement(database, `PRAGMA ${text}`).value(),
    prepare: (sql) => statement(database, sql),
    transaction: (work) => transaction(database, work),
    close() {
      if (database.isOpen) database.close();
    },
  };
}

function transaction<T>(database: DatabaseSync, work: () => T): T {
  const [begin, commit, undo] = database.isTransaction
    ? ['SAVEPOINT nested', 'RELEASE nested', 'ROLLBACK TO nested; RELEASE nested']
    : ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'];
  database.exec(begin);
  try {
    const result = work();
    database.exec(commit);
    return result;
  } catch (error) {
    // A full disk or an I/O error has undone the whole transaction already.
    if (database.isTransaction) database.exec(undo);
    throw error;
  }
}

function statement(database: DatabaseSync, sql: string): SqliteStatement {
  const prepared = database.prepare(sql);
  return {
    run: (...parameters) => prepared.run(...parameters),
    get: (...parameters) => prepared.get(...parameters),
    all: (...parameters) => prepared.all(...parameters),
    value: (...parameters) => firstColumn(prepared.get(...parameters)),
    values: (...parameters) => prepared.all(...parameters).map(firstColumn),
  };
}

function firstColumn(row: object | undefined): unknown {
  return row && Object.values(row)[0];
}
