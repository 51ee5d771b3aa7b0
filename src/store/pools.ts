import type { EngineAddress, LeaseRecord } from '../domain/lease.js';
import type { Owner } from '../domain/owner.js';
import { MOST_FAILURES, missing, type PoolCounts, type PoolSize } from '../domain/pool.js';
import type { StoreDatabase } from './database.js';
import type { History } from './history.js';
import { type Row, toRecord } from './rows.js';

/** Environments of one kind that stand ready, and what is needed to make more. Times are milliseconds since the epoch. */
export interface Pool extends PoolSize {
  readonly key: string;
  /** A hash of what was asked for, whatever the files say: see {@link Pools.add}. */
  readonly question: string;
  /** First part of the project names. */
  readonly name: string;
  readonly engine: EngineAddress;
  readonly files: readonly string[];
  /** When somebody acquired from it last. */
  readonly usedAt: number;
  /** Sealed; see src/manager/pool/recipe.ts. */
  readonly recipe: string;
  /** Fills that failed, one after the other, and why the last one did. */
  readonly failures: number;
  readonly notBefore: number;
  readonly error: string | null;
}

/** What a ready environment is taken with. */
export interface Taking extends PoolSize {
  readonly key: string;
  readonly owner: Owner;
  readonly expiresAt: number | null;
}

export interface Taken {
  /** Absent where none is ready. */
  readonly lease?: LeaseRecord;
  /** False where nobody fills that pool yet. */
  readonly known: boolean;
}

interface PoolRow {
  readonly key: string;
  readonly question: string;
  readonly name: string;
  readonly engine: string;
  readonly files: string;
  readonly min: number;
  readonly max: number | null;
  readonly idle: number;
  readonly used_at: number;
  readonly recipe: string;
  readonly failures: number;
  readonly not_before: number;
  readonly error: string | null;
}

/**
 * The pools of a state folder. What stands ready is a lease like any other, of an owner that is no process, with an expiry
 * that each acquire from the pool moves on; so nothing else has to know of pools to leave it alone, or to remove it when
 * its time is over.
 */
export class Pools {
  readonly #store: StoreDatabase;
  readonly #history: History;
  readonly #now: () => number;

  constructor(store: StoreDatabase, history: History, now: () => number) {
    this.#store = store;
    this.#history = history;
    this.#now = now;
  }

  /**
   * Hands the oldest ready environment over, in one transaction: whoever else asks at the same time gets another one, or
   * none. The generation is raised, so that nobody who has seen it ready can remove it any more.
   */
  take({ key, owner, expiresAt, min, max, idle }: Taking): Taken {
    return this.#store.write(() => {
      const now = this.#now();
      const known = this.#used(key, { min, max, idle }, now);
      const { sql } = this.#store;
      const row = sql
        .prepare(
          `SELECT * FROM leases WHERE pool = ? AND pool_state = 'warm' AND state = 'ready' AND expires_at > ?
           ORDER BY created_at, id LIMIT 1`,
        )
        .get(key, now) as Row | undefined;
      if (row) {
        const values = 'owner = ?, expires_at = ?, generation = generation + 1, renewals = 0';
        sql
          .prepare(`UPDATE leases SET ${values}, pool_state = 'used' WHERE id = ?`)
          .run(JSON.stringify(owner), expiresAt, row.id);
      }
      sql
        .prepare("UPDATE leases SET expires_at = ? WHERE pool = ? AND pool_state = 'warm' AND expires_at > ?")
        .run(now + idle, key, now);
      if (!row) return { known };
      const before = toRecord(row);
      const place = { key, state: 'used' } as const;
      const lease = { ...before, owner, expiresAt, generation: before.generation + 1, renewals: 0, pool: place };
      this.#history.record(lease, 'handed-over', { pool: key.slice(0, 8) });
      return { lease, known };
    });
  }

  /**
   * Makes a pool, or brings what is known of it up to date. A new one takes the place of those that were asked for in the
   * same way: nobody will ask for these again, unless the files are changed back.
   */
  add(pool: Omit<Pool, 'usedAt' | 'failures' | 'notBefore' | 'error'>): void {
    this.#store.write(() => {
      if (this.#used(pool.key, pool, this.#now())) return;
      this.#supersede(pool.question);
      this.#store.sql
        .prepare(
          `INSERT INTO pools (key, question, name, engine, files, min, max, idle, used_at, recipe)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          pool.key,
          pool.question,
          pool.name,
          JSON.stringify(pool.engine),
          JSON.stringify(pool.files),
          pool.min,
          pool.max,
          pool.idle,
          this.#now(),
          pool.recipe,
        );
    });
  }

  find(key: string): Pool | undefined {
    const row = this.#store.read(() => this.#store.sql.prepare('SELECT * FROM pools WHERE key = ?').get(key));
    return row === undefined ? undefined : toPool(row as PoolRow);
  }

  /** In the order of their last use, the latest first. */
  list(): Pool[] {
    const rows = this.#store.read(() =>
      this.#store.sql.prepare('SELECT * FROM pools ORDER BY used_at DESC, key').all(),
    );
    return (rows as PoolRow[]).map(toPool);
  }

  /** What is over and still waits to be removed is not counted. */
  counts(key: string): PoolCounts {
    const { sql } = this.#store;
    const select = `SELECT count(*) FROM leases WHERE pool = ? AND pool_state = ?
      AND state IN ('pending', 'starting', 'ready', 'degraded', 'suspect') AND (expires_at IS NULL OR expires_at > ?)`;
    const count = (state: string) => sql.prepare(select).values(key, state, this.#now())[0] as number;
    return this.#store.read(() => ({ filling: count('filling'), warm: count('warm'), used: count('used') }));
  }

  /** Whether one more is to be filled in. */
  isShort(key: string): boolean {
    const pool = this.find(key);
    return pool !== undefined && missing(pool, this.counts(key), this.#now()) > 0;
  }

  /**
   * What a lease becomes that was filled in: ready for whoever asks, until its pool has not been used for too long. At
   * once, where the pool has ended meanwhile. Runs inside the transaction that makes it ready.
   */
  stocked({ pool }: LeaseRecord): Pick<LeaseRecord, 'pool' | 'expiresAt'> | undefined {
    if (pool?.state !== 'filling') return undefined;
    const found = this.find(pool.key);
    this.#store.sql.prepare('UPDATE pools SET failures = 0, not_before = 0, error = NULL WHERE key = ?').run(pool.key);
    return { pool: { ...pool, state: 'warm' }, expiresAt: found ? found.usedAt + found.idle : this.#now() };
  }

  /** Nothing is filled in before `pause` is over. `counts`: it is one of the failures after which nobody tries any more. */
  failed(key: string, error: string, pause: number, counts = 1): void {
    this.#store.write(() =>
      this.#store.sql
        .prepare('UPDATE pools SET failures = failures + ?, not_before = ?, error = ? WHERE key = ?')
        .run(counts, this.#now() + pause, error, key),
    );
  }

  /** Forgets a pool, so that nothing is filled in any more; what stands ready is the caller's to release. */
  end(key: string): boolean {
    return this.#store.free(() => this.#store.sql.prepare('DELETE FROM pools WHERE key = ?').run(key).changes === 1);
  }

  /** Forgets those that nobody has used for as long as they said; their leases expire at the same time. */
  endIdle(): number {
    return this.#store.free(
      () => this.#store.sql.prepare('DELETE FROM pools WHERE used_at + idle <= ?').run(this.#now()).changes,
    );
  }

  #supersede(question: string): void {
    const { sql } = this.#store;
    sql
      .prepare(
        `UPDATE leases SET expires_at = ? WHERE pool_state = 'warm' AND expires_at > ?
           AND pool IN (SELECT key FROM pools WHERE question = ?)`,
      )
      .run(this.#now(), this.#now(), question);
    sql.prepare('DELETE FROM pools WHERE question = ?').run(question);
  }

  /** An acquire after too many failures is one try more. */
  #used(key: string, { min, max, idle }: PoolSize, now: number): boolean {
    return (
      this.#store.sql
        .prepare(
          `UPDATE pools SET used_at = ?, min = ?, max = ?, idle = ?,
             not_before = CASE WHEN failures >= ? THEN 0 ELSE not_before END, failures = min(failures, ?)
           WHERE key = ?`,
        )
        .run(now, min, max, idle, MOST_FAILURES, MOST_FAILURES - 1, key).changes === 1
    );
  }
}

function toPool({ engine, files, used_at: usedAt, not_before: notBefore, ...row }: PoolRow): Pool {
  return {
    ...row,
    engine: JSON.parse(engine) as EngineAddress,
    files: JSON.parse(files) as string[],
    usedAt,
    notBefore,
  };
}
