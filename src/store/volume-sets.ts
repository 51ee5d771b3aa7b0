import { randomBytes } from 'node:crypto';
import type { ProcessOwner } from '../domain/owner.js';
import type { StoreDatabase } from './database.js';

export type VolumeSetKind = 'seed' | 'snapshot';

/** One volume of a set, and whose data it holds. */
export interface SavedVolume {
  readonly service: string;
  /** Folder in the service's container. */
  readonly target: string;
  /** Name of the volume on the engine. */
  readonly volume: string;
  /** The engine's id of the image that wrote the data. */
  readonly image: string;
}

/** Volumes that hold the data of services as it was at one moment. Times are milliseconds since the epoch. */
export interface VolumeSet {
  readonly id: string;
  readonly kind: VolumeSetKind;
  /** Of a seed its fingerprint, of a snapshot the name that it was given. */
  readonly name: string;
  /** URL of the engine that has the volumes. */
  readonly engine: string;
  /** `making`: its volumes are not there, not whole, or not all; nobody uses them. */
  readonly state: 'making' | 'ready';
  /** The lease whose data it is. */
  readonly lease: string;
  readonly project: string;
  readonly maker: ProcessOwner;
  readonly volumes: readonly SavedVolume[];
  readonly createdAt: number;
  readonly usedAt: number;
}

/** `maker` and `volumes` are JSON. */
interface SetRow extends Omit<VolumeSet, 'maker' | 'volumes' | 'createdAt' | 'usedAt'> {
  readonly maker: string;
  readonly volumes: string;
  readonly created_at: number;
  readonly used_at: number;
}

/**
 * Prepared data and snapshots. The row stands before the first volume is made, and says `ready` only when the last one is
 * filled: what a killed process leaves is never taken for data. Losing the rows costs the preparation, never correctness.
 */
export class VolumeSets {
  readonly #store: StoreDatabase;
  readonly #now: () => number;

  constructor(store: StoreDatabase, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** @returns the row, which is `making` */
  begin(set: Omit<VolumeSet, 'id' | 'state' | 'createdAt' | 'usedAt'>): VolumeSet {
    const at = this.#now();
    const row: VolumeSet = { ...set, id: randomBytes(8).toString('hex'), state: 'making', createdAt: at, usedAt: at };
    const { id, kind, name, engine, state, lease, project } = row;
    const texts = [JSON.stringify(row.maker), JSON.stringify(row.volumes)];
    const values = [id, kind, name, engine, state, lease, project, ...texts, at, at];
    this.#store.write(() =>
      this.#store.sql.prepare(`INSERT INTO volume_sets VALUES (${values.map(() => '?').join(', ')})`).run(...values),
    );
    return row;
  }

  /** Its volumes are whole. False when somebody was first, or has taken the row away: then they are of no use. */
  complete({ id, kind, name, engine }: VolumeSet): boolean {
    return this.#store.write(() => {
      const sql = "SELECT 1 FROM volume_sets WHERE engine = ? AND kind = ? AND name = ? AND state = 'ready'";
      if (this.#store.sql.prepare(sql).get(engine, kind, name)) return false;
      const at = this.#now();
      const update =
        "UPDATE volume_sets SET state = 'ready', created_at = ?, used_at = ? WHERE id = ? AND state = 'making'";
      return this.#store.sql.prepare(update).run(at, at, id).changes === 1;
    });
  }

  /** The one that can be used. */
  find(engine: string, kind: VolumeSetKind, name: string): VolumeSet | undefined {
    const sql = "SELECT * FROM volume_sets WHERE engine = ? AND kind = ? AND name = ? AND state = 'ready'";
    const row = this.#store.read(() => this.#store.sql.prepare(sql).get(engine, kind, name)) as SetRow | undefined;
    return row && toSet(row);
  }

  /** Says that it was used now. False when it is gone: what was copied since it was found is not to be trusted. */
  touch({ id }: VolumeSet): boolean {
    return this.#store.write(
      () =>
        this.#store.sql
          .prepare("UPDATE volume_sets SET used_at = ? WHERE id = ? AND state = 'ready'")
          .run(this.#now(), id).changes === 1,
    );
  }

  /** Oldest first. */
  list(): VolumeSet[] {
    const sql = 'SELECT * FROM volume_sets ORDER BY created_at, id';
    return (this.#store.read(() => this.#store.sql.prepare(sql).all()) as SetRow[]).map(toSet);
  }

  /** Those that are not whole. Seldom any: one look into an index. */
  unfinished(): VolumeSet[] {
    const sql = "SELECT * FROM volume_sets WHERE state = 'making'";
    return (this.#store.read(() => this.#store.sql.prepare(sql).all()) as SetRow[]).map(toSet);
  }

  /** Nobody finds it from here on. Should `remover` die before its volumes are gone, the next sweep removes them. */
  retire({ id }: Pick<VolumeSet, 'id'>, remover: ProcessOwner): void {
    const sql = "UPDATE volume_sets SET state = 'making', maker = ? WHERE id = ?";
    this.#store.free(() => this.#store.sql.prepare(sql).run(JSON.stringify(remover), id));
  }

  /** Its volumes are gone. */
  forget({ id }: Pick<VolumeSet, 'id'>): void {
    this.#store.free(() => this.#store.sql.prepare('DELETE FROM volume_sets WHERE id = ?').run(id));
  }

  /** The volumes that a seat keeps are in use, or were until now. */
  touchSeat(seat: string): void {
    this.#store.free(() =>
      this.#store.sql.prepare('INSERT OR REPLACE INTO seats VALUES (?, ?)').run(seat, this.#now()),
    );
  }

  seatUsedAt(seat: string): number | undefined {
    const sql = 'SELECT used_at FROM seats WHERE seat = ?';
    return this.#store.read(() => this.#store.sql.prepare(sql).value(seat)) as number | undefined;
  }
}

function toSet({ maker, volumes, created_at: createdAt, used_at: usedAt, ...row }: SetRow): VolumeSet {
  const parsed = { maker: JSON.parse(maker) as ProcessOwner, volumes: JSON.parse(volumes) as SavedVolume[] };
  return { ...row, ...parsed, createdAt, usedAt };
}
