import { missing, type PoolCounts } from '../domain/pool.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Pool } from '../store/pools.js';
import { Tries } from './tries.js';

export interface Fillers {
  /** Fills a pool in a process of its own; resolves when that has ended, with whether it did its work. */
  readonly fill: (pool: Pool) => Promise<boolean>;
  /** Wall clock, for expiry dates. Milliseconds since the epoch. */
  readonly now: () => number;
  /** A clock that never jumps. Milliseconds. */
  readonly steady: () => number;
}

/** Has pools filled: one filler at a time on each engine, and none while somebody waits for room there. */
export class Stocking {
  readonly #store: LeaseStore;
  readonly #world: Fillers;
  readonly #fills: Tries;
  #pools: readonly { readonly pool: Pool; readonly counts: PoolCounts }[] = [];
  #queued: ReadonlySet<string> = new Set();

  constructor(store: LeaseStore, world: Fillers) {
    this.#store = store;
    this.#world = world;
    this.#fills = new Tries(world.steady);
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
      if (missing(pool, counts, now) > 0 && !this.#queued.has(endpoint)) {
        // A filler that ended badly has written nothing down.
        this.#fills.begin(endpoint, () => this.#world.fill(pool), changed);
      }
    }
  }
}
