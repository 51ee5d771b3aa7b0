import { missing, type PoolCounts } from '../domain/pool.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Pool } from '../store/pools.js';

/** Longest pause after a filler that ended badly, which has written nothing down. Milliseconds. */
const LONGEST_PAUSE = 60_000;

export interface Fillers {
  /** Fills a pool in a process of its own; resolves when that has ended, with whether it did its work. */
  readonly fill: (pool: Pool) => Promise<boolean>;
  /** Wall clock, for expiry dates. Milliseconds since the epoch. */
  readonly now: () => number;
  /** A clock that never jumps. Milliseconds. */
  readonly steady: () => number;
}

interface Try {
  readonly running: boolean;
  readonly notBefore: number;
  readonly pause: number;
}

/** Has pools filled: one filler at a time on each engine, and none while somebody waits for room there. */
export class Stocking {
  readonly #store: LeaseStore;
  readonly #world: Fillers;
  /** By endpoint. */
  readonly #tries = new Map<string, Try>();
  #pools: readonly { readonly pool: Pool; readonly counts: PoolCounts }[] = [];
  #queued: ReadonlySet<string> = new Set();

  constructor(store: LeaseStore, world: Fillers) {
    this.#store = store;
    this.#world = world;
  }

  get isEmpty(): boolean {
    return this.#pools.length === 0;
  }

  /** To be called when the store has changed. */
  refresh(): void {
    const pools = this.#store.pools.list();
    this.#pools = pools.map((pool) => ({ pool, counts: this.#store.pools.counts(pool.key) }));
    this.#queued = pools.length === 0 ? new Set() : new Set(this.#store.queue.list().map(({ engine }) => engine));
  }

  /** A few comparisons while nothing is to be done. `changed` is called when the store was changed here, or a filler ended. */
  round(changed: () => void): void {
    const now = this.#world.now();
    if (this.#pools.some(({ pool }) => pool.usedAt + pool.idle <= now)) {
      this.#store.pools.endIdle();
      changed();
    }
    for (const { pool, counts } of this.#pools) {
      const { endpoint } = pool.engine;
      if (missing(pool, counts, now) > 0 && !this.#queued.has(endpoint)) this.#fill(pool, endpoint, changed);
    }
  }

  #fill(pool: Pool, endpoint: string, changed: () => void): void {
    const { steady, fill } = this.#world;
    const last = this.#tries.get(endpoint) ?? { running: false, notBefore: 0, pause: 500 };
    if (last.running || steady() < last.notBefore) return;
    this.#tries.set(endpoint, { ...last, running: true });
    fill(pool).then((well) => {
      const pause = well ? 500 : Math.min(last.pause * 2, LONGEST_PAUSE);
      this.#tries.set(endpoint, { running: false, notBefore: well ? 0 : steady() + last.pause, pause });
      changed();
    });
  }
}
