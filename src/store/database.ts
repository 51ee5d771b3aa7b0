import { closeSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError, type ErrorCode } from '../domain/errors.js';
import { assertWhole, moveAside } from './damaged.js';
import { sqlite } from './drivers/better-sqlite3.js';
import type { SqliteConnection } from './drivers/driver.js';
import { migrate } from './migrations.js';
import { noteLoss, settleId } from './origin.js';
import { keepReserve, spendReserve } from './reserve.js';
import { assertPlainFile, prepareFolder } from './state-folder.js';
import { BUSY_TIMEOUT, isBusy, storeError } from './store-error.js';

/** Up to this size every page is looked at when the database is opened: 0.8 ms per MiB. Beyond, the leases are. Bytes. */
const CHECKED_WHOLE = 2 * 1024 * 1024;
/** Between two tries to do what SQLite itself does not wait for. Milliseconds. */
const BUSY_PAUSE = 5;
/** How often opening goes on after a remedy (damaged, full, replaced by another process meanwhile). */
const MAX_ATTEMPTS = 10;

/**
 * The open state database. Everything goes through `read`, `write` and `free`: whatever the disk, another process or a
 * user with `rm` does meanwhile, what they report as done is in the file that the next process will open.
 */
export class StoreDatabase {
  readonly sql: SqliteConnection;
  /** Marks the engine's objects as this store's. */
  readonly id: string;
  readonly #folder: string;
  readonly #file: string;
  readonly #inode: bigint;
  /** What has ended this connection before its time. */
  #broken: EnvironmentError | undefined;
  #roomy: boolean;

  /** Use {@link openDatabase}. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#file = join(folder, 'store.db');
    createFile(folder, this.#file);
    this.#inode = this.#presentInode();
    this.sql = sqlite.open(this.#file, BUSY_TIMEOUT);
    try {
      this.#prepare();
      migrate(this.sql, this.#file, () => noteLoss(this.sql, folder, this.#file));
      this.id = settleId(this.sql, folder);
      this.#assertInPlace();
      this.#roomy = keepReserve(folder);
    } catch (error) {
      this.sql.close();
      this.#assertInPlace(); // what was wrong with a file that another process has moved aside meanwhile is its business
      throw error;
    }
  }

  /** @throws STORE_DAMAGED, STORE_LOST and what the disk has to say */
  read<T>(query: () => T): T {
    return this.#checked(query);
  }

  /**
   * One `BEGIN IMMEDIATE` transaction. Refused while the disk is so full that the room is needed to end what is there.
   *
   * @throws STORE_FULL, STORE_BUSY, STORE_READ_ONLY, STORE_DAMAGED, STORE_LOST
   */
  write<T>(change: () => T): T {
    this.#roomy ||= keepReserve(this.#folder);
    if (!this.#roomy)
      throw new EnvironmentError('STORE_FULL', { file: this.#file, reason: 'less than 4 MiB are free' });
    return this.#checked(() => this.sql.transaction(change));
  }

  /** A write that gives something back: on a full disk it may use what was kept for it. */
  free<T>(change: () => T): T {
    const run = () => this.#checked(() => this.sql.transaction(change));
    try {
      return run();
    } catch (error) {
      if (!(error instanceof EnvironmentError && error.code === 'STORE_FULL' && spendReserve(this.#folder)))
        throw error;
      this.#roomy = false;
      // What the log holds goes into the database; the log is then written from its beginning and needs no more room.
      this.#checked(() => this.sql.pragma('wal_checkpoint(RESTART)'));
      return run();
    }
  }

  get usable(): boolean {
    return this.#broken === undefined && this.sql.open;
  }

  close(): void {
    this.sql.close();
  }

  #prepare(): void {
    const small = statSync(this.#file).size <= CHECKED_WHOLE;
    assertWhole(this.sql, this.#file, small ? 'everything' : 'leases');
    if (this.#logAhead() !== 'wal') {
      const reason = 'its file system has no shared memory, which SQLite needs';
      throw new EnvironmentError('STATE_DIR_UNUSABLE', { folder: this.#folder, reason });
    }
    this.sql.pragma('synchronous = NORMAL'); // a commit survives the process; only a power loss may undo the last ones
    this.sql.pragma('foreign_keys = ON');
    this.sql.pragma('cache_size = -16000'); // KiB; the default of 2000 is less than a thousand leases have
  }

  /**
   * A new database is turned to a write-ahead log by whoever comes first. SQLite reads and then writes for that, and does
   * not wait for another process that is at it: it says BUSY at once, whatever the timeout.
   */
  #logAhead(): unknown {
    const until = performance.now() + BUSY_TIMEOUT;
    for (;;) {
      try {
        return this.sql.pragma('journal_mode = WAL');
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_PAUSE);
      }
    }
  }

  /** The check comes last: a file that was deleted or replaced takes every write, and nobody will ever read it. */
  #checked<T>(work: () => T): T {
    if (this.#broken) throw this.#broken;
    try {
      const result = work();
      this.#assertInPlace();
      return result;
    } catch (error) {
      throw this.#explained(storeError(error, this.#file));
    }
  }

  #explained(error: unknown): unknown {
    if (!(error instanceof EnvironmentError)) return error;
    if (error.code === 'STORE_LOST') this.#broken = error;
    if (error.code !== 'STORE_DAMAGED') return error;
    this.sql.close();
    const aside = moveAside(this.#file);
    const told = aside === undefined ? '' : `; it was moved to ${aside}`;
    this.#broken = new EnvironmentError('STORE_DAMAGED', { ...error.params, aside: told }, { cause: error.cause });
    return this.#broken;
  }

  /** 5 microseconds. @throws STORE_LOST */
  #assertInPlace(): void {
    if (this.#presentInode() !== this.#inode) throw new EnvironmentError('STORE_LOST', { file: this.#file });
  }

  #presentInode(): bigint {
    return statSync(this.#file, { bigint: true, throwIfNoEntry: false })?.ino ?? 0n;
  }
}

/**
 * Opens `<folder>/store.db`: WAL, 0600 in a 0700 folder that belongs to us. A damaged one is moved aside and a new one
 * begun; on a full disk the reserve is given up.
 *
 * @throws STATE_DIR_UNUSABLE, STORE_FULL, STORE_READ_ONLY, STORE_BUSY, STORE_TOO_NEW, STORE_DRIVER_UNFIT
 */
export function openDatabase(folder: string): StoreDatabase {
  const file = join(folder, 'store.db');
  const remedies: Partial<Record<ErrorCode, () => boolean>> = {
    STORE_DAMAGED: () => {
      moveAside(file);
      return true;
    },
    STORE_FULL: () => spendReserve(folder),
    STORE_LOST: () => true,
  };
  for (let attempt = 1; ; attempt++) {
    try {
      prepareFolder(folder);
      return new StoreDatabase(folder);
    } catch (error) {
      const known = storeError(error, file);
      const remedy = known instanceof EnvironmentError ? remedies[known.code] : undefined;
      if (attempt === MAX_ATTEMPTS || !remedy?.()) throw known;
    }
  }
}

/**
 * "wx" creates a file and never opens one: closing a database that this process has open would drop SQLite's locks on
 * it. The -wal and -shm files inherit the mode.
 */
function createFile(folder: string, file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  assertPlainFile(folder, 'store.db');
}
