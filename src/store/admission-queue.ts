import { type Admission, admit, type Budget, type Demand, order, type Waiter } from '../domain/admission.js';
import type { ProcessOwner } from '../domain/owner.js';
import { Bell } from './bell.js';
import type { StoreDatabase } from './database.js';

/** Who wants an environment and has no room for it yet. */
export interface QueueEntry extends Waiter {
  /** Endpoint: each engine has a queue of its own. */
  readonly engine: string;
  /** First part of the project name that it will have. */
  readonly name: string;
  readonly owner: ProcessOwner;
  /** When it came. Milliseconds since the epoch. */
  readonly since: number;
  /** Grows with each look that it takes for itself: one that stands still has been suspended, or cannot be seen to live. */
  readonly renewals: number;
}

/** Asks for room; with `arrival` from its place in the queue. */
export interface Asker extends Pick<QueueEntry, 'engine' | 'name' | 'owner' | 'priority' | 'budget'> {
  readonly arrival: number | undefined;
  /** Whether somebody in the queue has gone: its row is removed. One that comes back takes its old place. */
  readonly isGone: (entry: QueueEntry) => boolean;
}

/** Where an asker stands. */
export type Place = Admission & {
  readonly arrival: number | undefined;
  /** All who wait, itself among them, in their order. */
  readonly queue: readonly QueueEntry[];
};

interface QueueRow extends Omit<QueueEntry, 'owner' | 'budget'> {
  readonly owner: string;
  readonly budget: string;
}

/** Those who wait for room on an engine. Every look is a transaction that also forgets who has gone. */
export class AdmissionQueue {
  readonly #store: StoreDatabase;
  readonly #now: () => number;
  readonly bell: Bell;

  constructor(store: StoreDatabase, folder: string, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.bell = new Bell(folder);
  }

  /** Whether the asker may go; where it may not, it has a place in the queue from here on. */
  look(asker: Asker & Demand): Place {
    const moved: boolean[] = [];
    const place = this.#store.write(() => {
      const { engine, arrival } = asker;
      const others = this.list(engine).filter((entry) => entry.arrival !== arrival);
      const gone = others.filter(asker.isGone);
      for (const entry of gone) moved.push(this.#delete(entry.arrival));
      const waiting = others.filter((entry) => !gone.includes(entry));
      const self = { ...asker, arrival: arrival ?? Number.MAX_SAFE_INTEGER };
      const admission = admit(self, this.#held(engine), waiting);
      if (admission.go) return { ...admission, arrival, queue: waiting };
      const kept = this.#keep(asker);
      return { ...admission, arrival: kept, queue: this.list(engine) };
    });
    if (moved.includes(true)) this.bell.ring();
    return place;
  }

  /** Gives the place up. */
  leave(arrival: number): void {
    const left = this.#store.free(() => this.#delete(arrival));
    if (left) this.bell.ring();
  }

  /** Those who wait, in their order: for one engine, or for all. */
  list(engine?: string): QueueEntry[] {
    const rows = this.#store.read(() =>
      this.#store.sql.prepare('SELECT * FROM queue WHERE :engine IS NULL OR engine = :engine').all({
        engine: engine ?? null,
      }),
    ) as QueueRow[];
    return rows
      .map((row) => ({
        ...row,
        owner: JSON.parse(row.owner) as ProcessOwner,
        budget: toBudget(row.budget),
      }))
      .sort(order);
  }

  #held(engine: string): Demand[] {
    return this.#store.sql.prepare("SELECT memory FROM leases WHERE engine ->> 'endpoint' = ?").all(engine) as Demand[];
  }

  /** @returns its arrival */
  #keep({ arrival, engine, name, owner, priority, memory, budget }: Asker & Demand): number {
    const { lastInsertRowid } = this.#store.sql
      .prepare(
        `INSERT INTO queue (arrival, engine, name, owner, priority, memory, budget, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (arrival) DO UPDATE SET renewals = renewals + 1`,
      )
      .run(
        arrival ?? null,
        engine,
        name,
        JSON.stringify(owner),
        priority,
        memory,
        JSON.stringify([budget.memory, budget.environments]),
        this.#now(),
      );
    return arrival ?? Number(lastInsertRowid);
  }

  #delete(arrival: number): boolean {
    return this.#store.sql.prepare('DELETE FROM queue WHERE arrival = ?').run(arrival).changes === 1;
  }
}

/** JSON writes what is infinite as null. */
function toBudget(text: string): Budget {
  const [memory, environments] = JSON.parse(text) as (number | null)[];
  return { memory: memory ?? Number.POSITIVE_INFINITY, environments: environments ?? Number.POSITIVE_INFINITY };
}
