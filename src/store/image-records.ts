import type { StoreDatabase } from './database.js';

/** An image that was built for an environment. Times are milliseconds since the epoch. */
export interface BuiltImage {
  /** URL of the engine that has it. */
  readonly engine: string;
  readonly image: string;
  /** What it is the image of, whatever that contains by now: the service's build in its folder. */
  readonly tree: string;
  /** Of the build, before it read anything; 0 where another store's build was found. */
  readonly begunAt: number;
  /** Whether it was built without the cache. */
  readonly full: boolean;
  /** Hash of the lock files that it was built with. */
  readonly lockFiles: string;
}

interface BuiltRow {
  readonly engine: string;
  readonly image: string;
  readonly tree: string;
  readonly begun_at: number;
  readonly full_build: number;
  readonly lock_files: string;
}

/** What was built and pulled when. Losing it costs builds, never correctness: what an image is made of stands in its label. */
export class ImageRecords {
  readonly #store: StoreDatabase;
  readonly #now: () => number;

  constructor(store: StoreDatabase, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** An image was built, or found and used. What is known of its build stays. */
  used(built: BuiltImage): void {
    this.#store.write(() =>
      this.#store.sql
        .prepare(
          `INSERT INTO builds (engine, image, tree, begun_at, used_at, full_build, lock_files) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (engine, image) DO UPDATE SET tree = excluded.tree, used_at = excluded.used_at,
             full_build = CASE WHEN excluded.begun_at > begun_at THEN excluded.full_build ELSE full_build END,
             lock_files = CASE WHEN excluded.begun_at > begun_at THEN excluded.lock_files ELSE lock_files END,
             begun_at = max(begun_at, excluded.begun_at)`,
        )
        .run(built.engine, built.image, built.tree, built.begunAt, this.#now(), Number(built.full), built.lockFiles),
    );
  }

  /** The image of a tree that was used last. */
  latest(engine: string, tree: string): BuiltImage | undefined {
    const sql = 'SELECT * FROM builds WHERE engine = ? AND tree = ? ORDER BY used_at DESC, begun_at DESC LIMIT 1';
    const row = this.#store.read(() => this.#store.sql.prepare(sql).get(engine, tree)) as BuiltRow | undefined;
    return row && toBuilt(row);
  }

  /** When a tree with these lock files was last built without the cache. */
  lastFullBuild(engine: string, lockFiles: string): number | undefined {
    const sql = 'SELECT max(begun_at) FROM builds WHERE engine = ? AND lock_files = ? AND full_build = 1';
    const at = this.#store.read(() => this.#store.sql.prepare(sql).value(engine, lockFiles)) as
      | number
      | null
      | undefined;
    return at ?? undefined;
  }

  /** Images of an engine that no acquire has used since. */
  unusedSince(engine: string, since: number): readonly string[] {
    const sql = 'SELECT image FROM builds WHERE engine = ? AND used_at < ?';
    return this.#store.read(() => this.#store.sql.prepare(sql).values(engine, since)) as string[];
  }

  known(engine: string, image: string): boolean {
    return this.#store.read(
      () =>
        this.#store.sql.prepare('SELECT 1 FROM builds WHERE engine = ? AND image = ?').get(engine, image) !== undefined,
    );
  }

  /** The image is gone. */
  forget(engine: string, image: string): void {
    this.#store.free(() =>
      this.#store.sql.prepare('DELETE FROM builds WHERE engine = ? AND image = ?').run(engine, image),
    );
  }

  /** A pull that has succeeded; `begunAt` before it asked the registry. */
  pulled(engine: string, image: string, begunAt: number): void {
    this.#store.write(() =>
      this.#store.sql.prepare('INSERT OR REPLACE INTO pulls VALUES (?, ?, ?)').run(engine, image, begunAt),
    );
  }

  /** When the last successful pull of an image began; 0 for never. */
  lastPull(engine: string, image: string): number {
    const sql = 'SELECT begun_at FROM pulls WHERE engine = ? AND image = ?';
    const at = this.#store.read(() => this.#store.sql.prepare(sql).value(engine, image)) as number | undefined;
    return at ?? 0;
  }
}

function toBuilt(row: BuiltRow): BuiltImage {
  const { engine, image, tree, begun_at: begunAt, full_build: full, lock_files: lockFiles } = row;
  return { engine, image, tree, begunAt, full: full === 1, lockFiles };
}
