import type { Holder, LeaseRecord } from '../domain/lease.js';
import type { ProcessLife, ProcessOwner } from '../domain/owner.js';
import type { StoreDatabase } from './database.js';
import type { History } from './history.js';
import { type Row, toRecord } from './rows.js';

/** Who uses the shared environments. Joining and leaving are transactions of their own. */
export class SharedLeases {
  readonly #store: StoreDatabase;
  readonly #history: History;

  constructor(store: StoreDatabase, history: History) {
    this.#store = store;
    this.#history = history;
  }

  /** The environment of that key, in whatever state it is. */
  find(key: string): LeaseRecord | undefined {
    return this.#store.read(() => {
      const row = this.#store.sql.prepare('SELECT * FROM leases WHERE shared_key = ?').get(key) as Row | undefined;
      return row && toRecord(row);
    });
  }

  /** One user more, and without those that have died. Undefined when it is not ready, or is not there any more. */
  join(
    key: string,
    holder: Holder,
    expiresAt: number | null,
    lifeOf: (process: ProcessOwner) => ProcessLife,
  ): LeaseRecord | undefined {
    return this.#store.write(() => {
      const lease = this.find(key);
      if (lease?.state !== 'ready') return undefined;
      const holders = [...lease.holders.filter(({ process }) => lifeOf(process) !== 'gone'), holder];
      return this.#change(lease, 'joined', holders, later(lease.expiresAt, expiresAt));
    });
  }

  /** One user less; the environment stays until `expiresAt`. Undefined when it is not shared any more. */
  leave(leaseId: string, token: string, expiresAt: number | null): LeaseRecord | undefined {
    return this.#store.free(() => {
      const row = this.#store.sql.prepare('SELECT * FROM leases WHERE id = ?').get(leaseId) as Row | undefined;
      const lease = row && toRecord(row);
      if (!lease?.sharedKey) return undefined;
      const holders = lease.holders.filter((each) => each.token !== token);
      return this.#change(lease, 'left', holders, later(lease.expiresAt, expiresAt));
    });
  }

  #change(
    lease: LeaseRecord,
    action: 'joined' | 'left',
    holders: readonly Holder[],
    expiresAt: number | null,
  ): LeaseRecord {
    this.#store.sql
      .prepare('UPDATE leases SET holders = ?, expires_at = ? WHERE id = ?')
      .run(JSON.stringify(holders), expiresAt, lease.id);
    this.#history.record(lease, action, { users: holders.length });
    return { ...lease, holders, expiresAt };
  }
}

function later(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}
