import { MOST_FAILURES, type PoolCounts, type PoolSize } from '../../domain/pool.js';
import type { Context } from '../context.js';

/** One pool as it is now. Times are milliseconds since the epoch. */
export interface PoolStatus extends PoolSize, PoolCounts {
  readonly key: string;
  /** First part of the project names. */
  readonly name: string;
  readonly files: readonly string[];
  readonly engine: string;
  readonly usedAt: number;
  /** When it ends, if nobody acquires from it before. */
  readonly endsAt: number;
  /** `paused`: so many fills have failed that nobody tries before the next acquire. */
  readonly state: 'filling' | 'full' | 'paused';
  readonly failures: number;
  /** Why the last fill failed. */
  readonly error: string | null;
}

/** Every pool of this state folder, the latest used first. The engine is not asked. */
export async function poolStatus(context: Context): Promise<PoolStatus[]> {
  const store = await context.store();
  return store.pools.list().map((pool) => {
    const { key, name, files, min, max, idle, usedAt, failures, error } = pool;
    const counts = store.pools.counts(key);
    const paused = failures >= MOST_FAILURES;
    const state = paused ? 'paused' : counts.warm >= min ? 'full' : 'filling';
    const size = { min, max, idle };
    const about = { key, name, files, engine: pool.engine.endpoint };
    return { ...about, ...size, ...counts, usedAt, endsAt: usedAt + idle, state, failures, error };
  });
}
