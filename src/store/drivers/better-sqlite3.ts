import { createRequire } from 'node:module';
import Library, { type Statement } from 'better-sqlite3';
import { EnvironmentError } from '../../domain/errors.js';
import type { SqliteConnection, SqliteDriver, SqliteStatement } from './driver.js';

/** The library of the npm package: Node 20 has none of its own. */
export const sqlite: SqliteDriver = {
  open(file, busyTimeout) {
    assertFit();
    return connection(new Library(file, { timeout: busyTimeout }));
  },
  codeOf: (error) => (error instanceof Library.SqliteError ? error.code : undefined),
};

function connection(database: Library.Database): SqliteConnection {
  return {
    get open() {
      return database.open;
    },
    exec: (sql) => void database.exec(sql),
    pragma: (text) => database.pragma(text, { simple: true }),
    prepare: (sql) => statement(database, sql),
    // The library's default is DEFERRED, which fails at once when two processes read and then write.
    transaction: (work) => database.transaction(work).immediate(),
    close: () => void database.close(),
  };
}

/** `pluck` changes a statement for good, so who asks for values gets a second one. */
function statement(database: Library.Database, sql: string): SqliteStatement {
  const rows: Statement<unknown[]> = database.prepare(sql);
  let first: Statement<unknown[]> | undefined;
  const plucked = () => {
    first ??= database.prepare<unknown[]>(sql).pluck();
    return first;
  };
  return {
    run(...parameters) {
      const { changes, lastInsertRowid } = rows.run(...parameters);
      return { changes, lastInsertRowid: Number(lastInsertRowid) };
    },
    get: (...parameters) => rows.get(...parameters),
    all: (...parameters) => rows.all(...parameters),
    value: (...parameters) => plucked().get(...parameters),
    values: (...parameters) => plucked().all(...parameters),
  };
}

/**
 * better-sqlite3 13 crashes the process on Node before 22.14 (it needs Node-API 10), and 12 on Node from 24.19 on, as
 * soon as a statement is collected. npm chooses by engine; other package managers may not.
 *
 * @throws STORE_DRIVER_UNFIT instead of a crash
 */
function assertFit(): void {
  const { version } = createRequire(import.meta.url)('better-sqlite3/package.json') as { version: string };
  const needed =
    Number(process.versions.napi) < 10 ? 12 : Number.parseInt(process.versions.node, 10) >= 24 ? 13 : undefined;
  if (needed === undefined || Number.parseInt(version, 10) === needed) return;
  throw new EnvironmentError('STORE_DRIVER_UNFIT', { version, node: process.versions.node, needed });
}
