import type { Database, Statement } from 'better-sqlite3';
import type { ProcessIdentity } from '../domain/owner.js';

/**
 * The one seat of a state folder's watchdog. Taking and leaving it are transactions with a look at the leases in
 * them: whoever claims a lease first and then looks at the seat finds a watchdog that knows of the lease, or none.
 */
export class WatchSeat {
  readonly #db: Database;
  readonly #version: Statement<[], number>;

  constructor(db: Database) {
    this.#db = db;
    this.#version = db.prepare<[], number>('PRAGMA data_version').pluck();
  }

  /** Who sits there, alive or not. */
  holder(): ProcessIdentity | undefined {
    const text = this.#db.prepare("SELECT value FROM meta WHERE key = 'watchdog'").pluck().get() as string | undefined;
    return text === undefined ? undefined : (JSON.parse(text) as ProcessIdentity);
  }

  /** False when another one that `lives` has it. */
  take(self: ProcessIdentity, lives: (other: ProcessIdentity) => boolean): boolean {
    return this.#db
      .transaction(() => {
        const other = this.holder();
        if (other && lives(other)) return false;
        this.#db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('watchdog', ?)").run(JSON.stringify(self));
        return true;
      })
      .immediate();
  }

  /** Leaves the seat unless `needed` says, within the same transaction, that there is something to watch. */
  leaveUnless(needed: () => boolean): boolean {
    return this.#db
      .transaction(() => {
        if (needed()) return false;
        this.#db.prepare("DELETE FROM meta WHERE key = 'watchdog'").run();
        return true;
      })
      .immediate();
  }

  /** A number that changes when another connection has written. Costs microseconds. */
  version(): number {
    return this.#version.get() as number;
  }
}
