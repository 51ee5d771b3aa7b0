/** An owner that cannot be seen is suspected when its lease has not been renewed for this long. Milliseconds. */
export const SUSPECT_AFTER = 60_000;
/** … and given up after this long. Eight renewals are missed by then. */
export const EXPIRE_AFTER = 120_000;

export type Suspicion = 'none' | 'suspect' | 'expired';

/**
 * How long each lease has gone without a renewal, as seen by this observer and its own steady clock: two wall clocks
 * are never compared, and a suspended observer has seen nothing.
 */
export class Renewals {
  readonly #seen = new Map<string, { renewals: number; since: number }>();
  #last = 0;

  /** `now` comes from a clock that never jumps, in milliseconds. */
  observe(leaseId: string, renewals: number, now: number): Suspicion {
    const seen = this.#seen.get(leaseId);
    if (!seen || seen.renewals !== renewals) {
      this.#seen.set(leaseId, { renewals, since: now });
      return 'none';
    }
    const silent = now - seen.since;
    return silent >= EXPIRE_AFTER ? 'expired' : silent >= SUSPECT_AFTER ? 'suspect' : 'none';
  }

  /** To be called before a round of observations: time in which this process did not run does not count. */
  tick(now: number, longest: number): void {
    const gap = now - this.#last;
    if (this.#last > 0 && gap > longest) {
      for (const seen of this.#seen.values()) seen.since += gap;
    }
    this.#last = now;
  }

  /** Leases that are gone are forgotten. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#seen.keys()) if (!ids.has(id)) this.#seen.delete(id);
  }
}
