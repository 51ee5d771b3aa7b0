import { EnvironmentError } from '../domain/errors.js';
import { type Holder, isRetired, type LeaseRecord, retiredKey } from '../domain/lease.js';
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
      const others = lease.holders.filter(({ process }) => lifeOf(process) !== 'gone');
      // Its data is not what the next one may see until who came before is done with it.
      if (others.some(({ preparing }) => preparing)) return undefined;
      const { preparing, ...plain } = holder;
      const holders = [...others, others.length === 0 ? holder : plain];
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
      return this.#change(lease, 'left', holders, isRetired(lease) ? null : later(lease.expiresAt, expiresAt));
    });
  }

  /** What only its first user has had to do to it is done: others may come. */
  prepared(leaseId: string, token: string): LeaseRecord | undefined {
    return this.#store.write(() => {
      const row = this.#store.sql.prepare('SELECT * FROM leases WHERE id = ?').get(leaseId) as Row | undefined;
      const lease = row && toRecord(row);
      if (!lease?.holders.some((each) => each.token === token)) return undefined;
      const holders = lease.holders.map(({ preparing, ...each }) =>
        each.token === token || !preparing ? each : { ...each, preparing },
      );
      return this.#change(lease, 'prepared', holders, lease.expiresAt);
    });
  }

  /**
   * A new environment takes the place of `old`, and of whatever else is found by that key: in one transaction it gets the
   * key and `expiresAt`, its maker leaves it, and those before it get no new users and end with their last one.
   *
   * @returns those before it. @throws LEASE_LOST when the new one is not its maker's any more
   */
  takePlace(lease: LeaseRecord, token: string, key: string, expiresAt: number, old: LeaseRecord): LeaseRecord[] {
    return this.#store.write(() => {
      const select = 'SELECT * FROM leases WHERE (id = ? OR shared_key = ?) AND id <> ?';
      const before = (this.#store.sql.prepare(select).all(old.id, key, lease.id) as Row[]).map(toRecord);
      const retired = before.filter((each) => each.sharedKey !== null && !isRetired(each));
      for (const each of retired) {
        this.#store.sql
          .prepare('UPDATE leases SET shared_key = ?, expires_at = NULL WHERE id = ?')
          .run(retiredKey(each), each.id);
        this.#history.record(each, 'replaced', { by: lease.project, users: each.holders.length });
      }
      const { changes } = this.#store.sql
        .prepare("UPDATE leases SET shared_key = ? WHERE id = ? AND generation = ? AND state = 'ready'")
        .run(key, lease.id, lease.generation);
      if (changes !== 1)
        throw new EnvironmentError('LEASE_LOST', { project: lease.project, generation: lease.generation });
      const holders = lease.holders.filter((each) => each.token !== token);
      this.#change({ ...lease, sharedKey: key }, 'took-place', holders, expiresAt);
      return retired;
    });
  }

  #change(
    lease: LeaseRecord,
    action: 'joined' | 'left' | 'prepared' | 'took-place',
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
