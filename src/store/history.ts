import type { Database } from 'better-sqlite3';
import type { LeaseRecord } from '../domain/lease.js';
import { describeOwner } from '../domain/owner.js';

/** One line of the audit trail. `at` is milliseconds since the epoch. */
export interface HistoryEvent {
  readonly at: number;
  readonly lease: string;
  readonly project: string;
  readonly actor: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

interface EventRow extends Omit<HistoryEvent, 'detail'> {
  readonly seq: number;
  readonly detail: string;
}

/** Who did what to which environment. Lines are only ever added, in the transaction of what they tell. */
export class History {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** `detail` holds no secrets: it is printed by `docker-manual history`. */
  record(lease: LeaseRecord, action: string, detail: Readonly<Record<string, unknown>>): void {
    this.#db
      .prepare('INSERT INTO events (at, lease, project, actor, action, detail) VALUES (?, ?, ?, ?, ?, ?)')
      .run(this.#now(), lease.id, lease.project, describeOwner(lease.owner), action, JSON.stringify(detail));
  }

  /** Oldest first; the newest `limit` of them. */
  list(limit: number): HistoryEvent[] {
    const rows = this.#db.prepare('SELECT * FROM events ORDER BY seq DESC LIMIT ?').all(limit) as EventRow[];
    return rows.reverse().map(({ seq: _, detail, ...event }) => ({
      ...event,
      detail: JSON.parse(detail) as Record<string, unknown>,
    }));
  }
}
