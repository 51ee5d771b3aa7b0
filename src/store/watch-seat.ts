import type { ProcessIdentity } from '../domain/owner.js';
import type { StoreDatabase } from './database.js';
import type { SqliteStatement } from './drivers/driver.js';
import { meta, setMeta } from './origin.js';

/**
 * The one seat of a state folder's watchdog. Taking and leaving it are transactions with a look at the leases in
 * them: whoever claims a lease first and then looks at the seat finds a watchdog that knows of the lease, or none.
 */
export class WatchSeat {
  readonly #store: StoreDatabase;
  readonly #version: SqliteStatement;

  constructor(store: StoreDatabase) {
    this.#store = store;
    this.#version = store.sql.prepare('PRAGMA data_version');
  }

  /** Who sits there, alive or not. */
  holder(): ProcessIdentity | undefined {
    const text = this.#store.read(() => meta(this.#store.sql, 'watchdog'));
    return text === undefined ? undefined : (JSON.parse(text) as ProcessIdentity);
  }

  /** False when another one that `lives` has it. */
  take(self: ProcessIdentity, lives: (other: ProcessIdentity) => boolean): boolean {
    return this.#store.write(() => {
      const other = this.holder();
      if (other && lives(other)) return false;
      setMeta(this.#store.sql, 'watchdog', JSON.stringify(self));
      return true;
    });
  }

  /** Leaves the seat unless `needed` says, within the same transaction, that there is something to watch. */
  leaveUnless(needed: () => boolean): boolean {
    return this.#store.free(() => {
      if (needed()) return false;
      this.#store.sql.prepare("DELETE FROM meta WHERE key = 'watchdog'").run();
      return true;
    });
  }

  /** A number that changes when another connection has written. Costs microseconds. */
  version(): number {
    return this.#version.value() as number;
  }
}
