import { anchorsOf, type LeaseRecord, whyOver } from '../domain/lease.js';
import type { ProcessIdentity, ProcessLife } from '../domain/owner.js';
import type { LeaseStore } from '../store/lease-store.js';
import { type Fillers, Stocking } from './stocking.js';
import { Renewals } from './suspicion.js';
import { Tries } from './tries.js';

/** A gap longer than this between two rounds means that this process was suspended. Milliseconds. */
const SUSPENDED = 10_000;

export interface World extends Fillers {
  readonly self: ProcessIdentity;
  readonly lifeOf: (process: ProcessIdentity) => ProcessLife;
  /** Removes what is over on one engine; resolves when done, whatever came of it. */
  readonly clean: (lease: LeaseRecord) => Promise<void>;
}

/**
 * Looks after the leases of one state folder, round by round. It decides and records; the removal is done by
 * `docker-manual clean` in a process of its own, so that this one stays small for as long as it lives.
 */
export class Watchdog {
  readonly #store: LeaseStore;
  readonly #world: World;
  readonly #renewals = new Renewals();
  readonly #removals: Tries;
  readonly #stocking: Stocking;
  #leases: readonly LeaseRecord[] = [];
  #version = -1;

  constructor(store: LeaseStore, world: World) {
    this.#store = store;
    this.#world = world;
    this.#removals = new Tries(world.steady);
    this.#stocking = new Stocking(store, world);
  }

  /** False when there is already one. */
  begin(): boolean {
    return this.#store.watch.take(this.#world.self, (other) => this.#world.lifeOf(other) === 'alive');
  }

  /** One round; costs a few system calls while nothing changes. False when there is nothing left to watch. */
  round(): boolean {
    const changed = this.#refresh();
    if (changed && this.#store.watch.holder()?.pid !== this.#world.self.pid) return false;
    if (changed && !this.#leases.some(isWatched) && this.#stocking.isEmpty) {
      return !this.#store.watch.leaveUnless(() => this.#isNeeded());
    }
    this.#stocking.round(() => {
      this.#version = -1;
    });
    const over = this.#leases.filter((lease) => this.#isOver(lease));
    const engines = new Map(over.map((lease) => [lease.engine.endpoint, lease]));
    this.#removals.keep(engines);
    for (const lease of engines.values()) this.#remove(lease);
    return true;
  }

  #isNeeded(): boolean {
    return this.#store.list().some(isWatched) || this.#store.pools.list().length > 0;
  }

  /** Our own writes do not change the version that we see. */
  #refresh(): boolean {
    const version = this.#store.watch.version();
    if (version === this.#version) return false;
    this.#version = version;
    this.#leases = this.#store.list();
    this.#stocking.refresh();
    this.#renewals.keep(new Set(this.#leases.map((lease) => lease.id)));
    return true;
  }

  #isOver(lease: LeaseRecord): boolean {
    const lives = anchorsOf(lease).map((process) => this.#world.lifeOf(process));
    if (whyOver(lease, lives, this.#world.now()) !== undefined) return true;
    return lives.includes('unknown') && !lives.includes('alive') && this.#isSilent(lease);
  }

  /** An owner that cannot be seen: first suspected, and cleared by its next renewal, then given up. */
  #isSilent(lease: LeaseRecord): boolean {
    const now = this.#world.steady();
    this.#renewals.tick(now, SUSPENDED);
    const suspicion = this.#renewals.observe(lease.id, lease.renewals, now);
    const before = lease.state;
    try {
      if (suspicion === 'expired') this.#store.transition(lease, 'expired', { cause: 'not renewed' });
      if (suspicion === 'suspect' && before !== 'suspect') this.#store.transition(lease, 'suspect');
      if (suspicion === 'none' && before === 'suspect') this.#store.transition(lease, stateBefore(lease));
    } catch {
      // its holder, or somebody who takes it over, was faster
    }
    if (suspicion !== 'none' || before === 'suspect') this.#version = -1;
    return suspicion === 'expired';
  }

  #remove(lease: LeaseRecord): void {
    // Whether it helped, the next round sees: what is gone is not over any more.
    const work = () => this.#world.clean(lease).then(() => false);
    this.#removals.begin(lease.engine.endpoint, work, () => {
      this.#version = -1;
    });
  }
}

/** A lease without owner process and expiry stays until somebody ends it: nothing to watch. */
function isWatched(lease: LeaseRecord): boolean {
  return anchorsOf(lease).length > 0 || lease.expiresAt !== null || whyOver(lease, [], 0) !== undefined;
}

function stateBefore(lease: LeaseRecord): 'ready' | 'starting' {
  return lease.timeline === null ? 'starting' : 'ready';
}
