/** A value that SQLite stores here; no column of the store is a BLOB. */
export type SqlValue = string | number | null;

/** One SQLite library. Which one is used is decided when the code is built: see docs/decisions.md. */
export interface SqliteDriver {
  /**
   * Opens a file that is there. `busyTimeout`: how long a statement waits for another process's lock. Milliseconds.
   *
   * @throws STORE_DRIVER_UNFIT where the library would crash this Node
   */
  open(file: string, busyTimeout: number): SqliteConnection;
  /** SQLite's own name for a failure ("SQLITE_BUSY", "SQLITE_READONLY_DBMOVED"); undefined for errors that are not SQLite's. */
  codeOf(error: unknown): string | undefined;
}

/** What the store asks of an open database. */
export interface SqliteConnection {
  readonly open: boolean;
  /** Runs statements that give nothing back. */
  exec(sql: string): void;
  /** Runs one PRAGMA; the first column of its first row. */
  pragma(text: string): unknown;
  prepare(sql: string): SqliteStatement;
  /** One `BEGIN IMMEDIATE` transaction, undone when `work` throws; inside of another one a savepoint of it. */
  transaction<T>(work: () => T): T;
  /** A second call does nothing. */
  close(): void;
}

/** Parameters are positional, or one object of names without their prefix. */
type Parameters = readonly SqlValue[] | readonly [Readonly<Record<string, SqlValue>>];

export interface SqliteStatement {
  run(...parameters: Parameters): { readonly changes: number; readonly lastInsertRowid: number };
  /** The first row, or undefined. */
  get(...parameters: Parameters): unknown;
  all(...parameters: Parameters): unknown[];
  /** The first column of the first row; undefined without a row. */
  value(...parameters: Parameters): unknown;
  /** The first column of every row. */
  values(...parameters: Parameters): unknown[];
}
