import type { LeaseRecord } from '../domain/lease.js';
import { describeOwner } from '../domain/owner.js';
import type { StoreDatabase } from './database.js';
import { runningOperation } from './operation.js';

/** One line of the audit trail. */
export interface HistoryEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Lease id. */
  readonly lease: string;
  readonly project: string;
  /** Who did it: "vitest (pid 812)". */
  readonly actor: string;
  /** The lease's new state, or what was done: "claimed", "ready", "restarted", "released" … */
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** The use case that it was part of: "acquire", "stop"; "" outside of one. */
  readonly operation: string;
  /** The same in all events of one run of a use case. */
  readonly correlation: string;
}

interface EventRow extends Omit<HistoryEvent, 'detail'> {
  readonly seq: number;
  readonly detail: string;
}

/** What is kept: some 1,500 environments with six events each, in about 3 MB. */
export const KEPT_EVENTS = 10_000;
/** Every so many events the oldest are dropped: 0.1 ms then, nothing in between. */
const TRIM_EVERY = 256;

/** Who did what to which environment. Lines are only ever added, in the transaction of what they tell. */
export class History {
  readonly #store: StoreDatabase;
  readonly #now: () => number;

  constructor(store: StoreDatabase, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Runs inside the transaction of what it tells. `detail` holds no secrets: it is kept, and printed by `docker-manual history`. */
  record(lease: LeaseRecord, action: string, detail: Readonly<Record<string, unknown>>): void {
    const { actor = describeOwner(lease.owner), name = '', correlation = '' } = runningOperation() ?? {};
    const { sql } = this.#store;
    const { lastInsertRowid: seq } = sql
      .prepare(
        `INSERT INTO events (at, lease, project, actor, action, detail, operation, correlation)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(this.#now(), lease.id, lease.project, actor, action, JSON.stringify(detail), name, correlation);
    if (seq % TRIM_EVERY === 0) sql.prepare('DELETE FROM events WHERE seq <= ?').run(seq - KEPT_EVENTS);
  }

  /** Oldest first: the newest `limit`, of the projects or lease ids that begin with `of`. */
  list(limit: number, of = ''): HistoryEvent[] {
    const select = `SELECT * FROM events WHERE substr(project, 1, length(:of)) = :of OR substr(lease, 1, length(:of)) = :of
       ORDER BY seq DESC LIMIT :limit`;
    const rows = this.#store.read(() => this.#store.sql.prepare(select).all({ of, limit })) as EventRow[];
    return rows.reverse().map(toEvent);
  }

  /** The number of the newest line; 0 before the first. */
  last(): number {
    const select = 'SELECT coalesce(max(seq), 0) FROM events';
    return this.#store.read(() => this.#store.sql.prepare(select).values()[0]) as number;
  }

  /** What has been added behind that line, oldest first. */
  after(seq: number): { readonly last: number; readonly events: readonly HistoryEvent[] } {
    const select = 'SELECT * FROM events WHERE seq > ? ORDER BY seq';
    const rows = this.#store.read(() => this.#store.sql.prepare(select).all(seq)) as EventRow[];
    return { last: rows.at(-1)?.seq ?? seq, events: rows.map(toEvent) };
  }

  /** Every project that it tells of. */
  projects(): string[] {
    const select = 'SELECT DISTINCT project FROM events';
    return this.#store.read(() => this.#store.sql.prepare(select).values()) as string[];
  }
}

function toEvent({ seq: _, detail, ...event }: EventRow): HistoryEvent {
  return { ...event, detail: JSON.parse(detail) as Record<string, unknown> };
}
