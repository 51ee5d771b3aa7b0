import { randomBytes } from 'node:crypto';
import { EnvironmentError } from '../domain/errors.js';
import {
  type Binding,
  type EngineAddress,
  isOver,
  type LeaseRecord,
  type LeaseState,
  type Mode,
  type Spec,
  TRANSITIONS,
} from '../domain/lease.js';
import { describeOwner, type Owner, type ProcessIdentity } from '../domain/owner.js';
import type { PoolPlace } from '../domain/pool.js';
import { projectName } from '../domain/project-name.js';
import { AdmissionQueue, type Asker, type Place } from './admission-queue.js';
import { choosePorts, chooseSubnets, lastPort, type PortRequest, type SubnetRequest } from './allocation.js';
import { openDatabase, type StoreDatabase } from './database.js';
import type { SqliteConnection, SqlValue } from './drivers/driver.js';
import { History } from './history.js';
import { ImageRecords } from './image-records.js';
import { forgetPredecessor, meta, predecessor, setMeta } from './origin.js';
import { Pools } from './pools.js';
import { insertRow, type Row, toRecord } from './rows.js';
import { SharedLeases } from './shared-leases.js';
import { VolumeSets } from './volume-sets.js';
import { WatchSeat } from './watch-seat.js';

export interface ClaimRequest extends PortRequest {
  readonly base: string;
  readonly mode: Mode;
  readonly owner: Owner;
  readonly engine: EngineAddress;
  /** Of a shared environment; it must not be there yet. */
  readonly sharedKey: string | null;
  readonly expiresAt: number | null;
  readonly spec: Spec;
  readonly subnets: SubnetRequest;
  /** A name that only one lease may hold. */
  readonly exclusive: string | null;
  /** See {@link LeaseRecord.memory}. */
  readonly memory: number;
  readonly pool?: PoolPlace | undefined;
}

/** A lease, or a place in the queue. Neither where somebody else has claimed the same shared environment, or its pool wants none. */
export interface Admitted {
  readonly lease?: LeaseRecord;
  readonly place?: Place;
}

/**
 * Who owns what, and until when. Each change is one short `BEGIN IMMEDIATE` transaction, guarded by the lease's
 * generation; the number of changed rows decides whether it happened.
 */
export class LeaseStore {
  readonly #store: StoreDatabase;
  readonly #db: SqliteConnection;
  readonly #now: () => number;
  /** Marks the engine's objects as this store's; the same after the database was lost. */
  readonly id: string;
  readonly history: History;
  readonly watch: WatchSeat;
  readonly shared: SharedLeases;
  readonly pools: Pools;
  readonly queue: AdmissionQueue;
  readonly images: ImageRecords;
  readonly volumeSets: VolumeSets;

  /** @throws STATE_DIR_UNUSABLE, STORE_FULL, STORE_READ_ONLY, STORE_BUSY, STORE_TOO_NEW, STORE_DRIVER_UNFIT */
  constructor(folder: string, now: () => number = Date.now) {
    this.#store = openDatabase(folder);
    this.#db = this.#store.sql;
    this.history = new History(this.#store, now);
    this.#now = now;
    this.watch = new WatchSeat(this.#store);
    this.shared = new SharedLeases(this.#store, this.history);
    this.pools = new Pools(this.#store, this.history, now);
    this.queue = new AdmissionQueue(this.#store, folder, now);
    this.images = new ImageRecords(this.#store, now);
    this.volumeSets = new VolumeSets(this.#store, now);
    this.id = this.#store.id;
  }

  /** False when the database is closed, was lost, or was found damaged: only a new LeaseStore helps then. */
  get usable(): boolean {
    return this.#store.usable;
  }

  /**
   * True while leases may be missing, whose objects are on the engine all the same: the database was damaged or deleted,
   * and nobody has rebuilt it yet.
   */
  get incomplete(): boolean {
    return this.#predecessor() !== undefined;
  }

  /** Where the damaged database went, while its leases are missing from this one. */
  get movedAside(): string | undefined {
    return this.#predecessor() || undefined;
  }

  /** The missing leases have been found again by their labels, or there are none. */
  completed(): void {
    this.#write(() => forgetPredecessor(this.#db));
  }

  /**
   * Reserves project name and ports, all or nothing, before the engine is asked for anything.
   *
   * @throws PORTS_EXHAUSTED, SUBNETS_EXHAUSTED, EXCLUSIVE_HELD
   */
  claim(request: ClaimRequest): LeaseRecord {
    const id = randomBytes(16).toString('hex');
    const project = projectName(request.base, id);
    return this.#write(() => {
      if (request.exclusive) this.#assertFree(request.exclusive);
      const lease: LeaseRecord = {
        id,
        project,
        state: 'pending',
        mode: request.mode,
        generation: 1,
        owner: request.owner,
        sharedKey: request.sharedKey,
        holders: [],
        renewals: 0,
        engine: request.engine,
        createdAt: this.#now(),
        expiresAt: request.expiresAt,
        ports: choosePorts(this.#db, { ...request, seat: request.spec.seat }),
        subnets: chooseSubnets(this.#db, request.subnets),
        spec: request.spec,
        bindings: [],
        timeline: null,
        memory: request.memory,
        ...(request.pool ? { pool: request.pool } : {}),
      };
      insertRow(this.#db, lease, request.exclusive);
      this.history.record(lease, 'claimed', { ports: lease.ports, subnets: lease.subnets });
      return lease;
    });
  }

  /**
   * Claims where there is room, in the transaction that adds up what all others hold and looks at who has come before;
   * else takes a place in the queue, or keeps the one that the asker has.
   *
   * @throws PORTS_EXHAUSTED, SUBNETS_EXHAUSTED, EXCLUSIVE_HELD; the asker is then where it was
   */
  admit(request: ClaimRequest, asker: Asker): Admitted {
    return this.#write(() => {
      const { sharedKey } = request;
      if (sharedKey !== null && this.shared.find(sharedKey)) return {};
      if (request.pool?.state === 'filling' && !this.pools.isShort(request.pool.key)) return {};
      const place = this.queue.look({ ...asker, memory: request.memory });
      if (!place.go) return { place };
      if (asker.arrival !== undefined) this.queue.leave(asker.arrival);
      return { lease: this.claim(request) };
    });
  }

  /**
   * Gives up the lease's ports for another block that avoids what somebody outside the store holds.
   *
   * @throws LEASE_LOST, PORTS_EXHAUSTED
   */
  exchangePorts(lease: LeaseRecord, request: PortRequest): LeaseRecord {
    return this.#write(() => {
      const ports = choosePorts(this.#db, { ...request, seat: lease.spec.seat });
      this.#change(lease, 'port_first = ?, port_last = ?', [ports?.first ?? null, ports?.last ?? null]);
      const changed = { ...lease, ports };
      this.history.record(changed, 'ports-exchanged', { avoided: request.avoid, ports });
      return changed;
    });
  }

  /**
   * Gives up the lease's subnets for others.
   *
   * @throws LEASE_LOST, SUBNETS_EXHAUSTED
   */
  exchangeSubnets(lease: LeaseRecord, request: SubnetRequest): LeaseRecord {
    return this.#write(() => {
      const subnets = chooseSubnets(this.#db, request);
      this.#change(lease, 'subnets = ?', [JSON.stringify(subnets)]);
      const changed = { ...lease, subnets };
      this.history.record(changed, 'subnets-exchanged', { subnets });
      return changed;
    });
  }

  /** @throws LEASE_LOST when somebody else has taken the lease over. */
  transition(lease: LeaseRecord, state: LeaseState, detail: Readonly<Record<string, unknown>> = {}): LeaseRecord {
    if (!TRANSITIONS[lease.state].includes(state)) throw new Error(`no way from ${lease.state} to ${state}`);
    const change = () => {
      this.#change(lease, 'state = ?', [state]);
      const changed = { ...lease, state };
      this.history.record(changed, state, detail);
      return changed;
    };
    return isOver(state) ? this.#store.free(change) : this.#write(change);
  }

  /** The environment is ready: its bindings, final owner, expiry and timeline are written with the state. */
  ready(
    lease: LeaseRecord,
    handed: Pick<LeaseRecord, 'bindings' | 'owner' | 'expiresAt' | 'timeline' | 'holders'>,
  ): LeaseRecord {
    return this.#write(() => {
      const result = { ...handed, ...this.pools.stocked(lease) };
      const values =
        "state = 'ready', bindings = ?, owner = ?, holders = ?, expires_at = ?, timeline = ?, pool_state = ?";
      this.#change(lease, values, [
        JSON.stringify(result.bindings),
        JSON.stringify(result.owner),
        JSON.stringify(result.holders),
        result.expiresAt,
        JSON.stringify(result.timeline),
        result.pool?.state ?? lease.pool?.state ?? null,
      ]);
      const changed: LeaseRecord = { ...lease, ...result, state: 'ready' };
      this.history.record(changed, 'ready', { steps: result.timeline?.steps });
      return changed;
    });
  }

  /** Other ports than before, after a restart. @throws LEASE_LOST */
  rebind(lease: LeaseRecord, bindings: readonly Binding[]): LeaseRecord {
    return this.#write(() => {
      this.#change(lease, 'bindings = ?', [JSON.stringify(bindings)]);
      return { ...lease, bindings };
    });
  }

  /**
   * The environment has been changed in its place. A key by which others find it is taken only where no other has it.
   *
   * @throws LEASE_LOST
   */
  amend(
    lease: LeaseRecord,
    change: Pick<LeaseRecord, 'spec' | 'bindings' | 'timeline' | 'sharedKey'>,
    action: string,
    detail: Readonly<Record<string, unknown>>,
  ): LeaseRecord {
    return this.#write(() => {
      const holder = change.sharedKey === null ? undefined : this.shared.find(change.sharedKey);
      const sharedKey = holder && holder.id !== lease.id ? lease.sharedKey : change.sharedKey;
      this.#change(lease, 'spec = ?, bindings = ?, timeline = ?, shared_key = ?', [
        JSON.stringify(change.spec),
        JSON.stringify(change.bindings),
        JSON.stringify(change.timeline),
        sharedKey,
      ]);
      const changed: LeaseRecord = { ...lease, ...change, sharedKey };
      this.history.record(changed, action, detail);
      return changed;
    });
  }

  /** More ports behind those that the lease has, up to `last`; undefined where another lease has one of them. @throws LEASE_LOST */
  growPorts(lease: LeaseRecord, last: number): LeaseRecord | undefined {
    return this.#write(() => {
      const { ports } = lease;
      if (!ports) return undefined;
      const taken = this.#db
        .prepare('SELECT 1 FROM leases WHERE id <> ? AND port_first <= ? AND port_last > ?')
        .get(lease.id, last, ports.last);
      if (taken) return undefined;
      this.#change(lease, 'port_last = ?', [last]);
      return { ...lease, ports: { ...ports, last } };
    });
  }

  /** What is kept on disk of passwords is encrypted with this: 32 bytes in hex, made when it is first asked for. */
  sealKey(): string {
    const name = 'seal-key';
    const known = this.#store.read(() => meta(this.#db, name));
    if (known !== undefined) return known;
    return this.#write(() => {
      const key = meta(this.#db, name) ?? randomBytes(32).toString('hex');
      setMeta(this.#db, name, key);
      return key;
    });
  }

  /**
   * Writes the row of a lease that the store has lost and whose objects are still there. False when there is one with
   * its id or project after all.
   */
  restore(lease: LeaseRecord, detail: Readonly<Record<string, unknown>>): boolean {
    return this.#write(() => {
      const known = this.#db.prepare('SELECT 1 FROM leases WHERE id = ? OR project = ?').get(lease.id, lease.project);
      if (known) return false;
      insertRow(this.#db, lease, null);
      this.history.record(lease, 'restored', detail);
      return true;
    });
  }

  /** A sign of life for every lease that the process owns or uses. @returns how many */
  renew({ boot, namespace, pid, startTicks }: ProcessIdentity): number {
    return this.#write(
      () =>
        this.#db
          .prepare(
            `UPDATE leases SET renewals = renewals + 1
             WHERE EXISTS (
               SELECT 1 FROM (
                 SELECT owner AS process UNION ALL SELECT value ->> 'process' FROM json_each(leases.holders)
               )
               WHERE process ->> 'kind' = 'process' AND process ->> 'pid' = ? AND process ->> 'startTicks' IS ?
                 AND process ->> 'boot' = ? AND process ->> 'namespace' IS ?
             )`,
          )
          .run(pid, startTicks, boot, namespace).changes,
    );
  }

  /** Adds a line to the history. */
  note(lease: LeaseRecord, action: string, detail: Readonly<Record<string, unknown>>): void {
    this.#write(() => this.history.record(lease, action, detail));
  }

  /** A start has failed and what is there stays for a look: the environment is handed to `owner` until `expiresAt`. */
  keep(lease: LeaseRecord, owner: Owner, expiresAt: number): LeaseRecord {
    return this.#write(() => {
      this.#change(lease, "state = 'degraded', owner = ?, expires_at = ?", [JSON.stringify(owner), expiresAt]);
      const changed: LeaseRecord = { ...lease, state: 'degraded', owner, expiresAt };
      this.history.record(changed, 'kept', { until: expiresAt });
      return changed;
    });
  }

  /**
   * Fences the old holder off: from here on only `owner` may change the lease, and should it die over the removal, the
   * next sweep sees that. Undefined when the lease is gone, was taken over meanwhile, or is used by others than it was.
   */
  takeOver(lease: LeaseRecord, owner: Owner, cause: string): LeaseRecord | undefined {
    return this.#store.free(() => {
      const changes = this.#db
        .prepare(
          `UPDATE leases SET generation = generation + 1, state = 'stopping', owner = ?, expires_at = NULL,
             shared_key = NULL, holders = '[]'
           WHERE id = ? AND generation = ? AND holders = ?`,
        )
        .run(JSON.stringify(owner), lease.id, lease.generation, JSON.stringify(lease.holders)).changes;
      if (changes === 0) return undefined;
      const generation = lease.generation + 1;
      const changed: LeaseRecord = {
        ...lease,
        generation,
        state: 'stopping',
        owner,
        expiresAt: null,
        sharedKey: null,
        holders: [],
      };
      this.history.record(changed, 'stopping', { cause });
      return changed;
    });
  }

  /** Ends the lease: called only when the engine holds nothing of it any more. */
  remove(lease: LeaseRecord): void {
    this.#store.free(() => {
      const changes = this.#db
        .prepare('DELETE FROM leases WHERE id = ? AND generation = ?')
        .run(lease.id, lease.generation).changes;
      if (changes === 1) this.history.record(lease, 'released', {});
    });
    this.queue.bell.ring();
  }

  /** Behind which port the block lies that the seat had last; undefined when it never had one. */
  lastPort(seat: string): number | undefined {
    return this.#store.read(() => lastPort(this.#db, seat));
  }

  find(id: string): LeaseRecord | undefined {
    const row = this.#store.read(() => this.#db.prepare('SELECT * FROM leases WHERE id = ?').get(id)) as
      | Row
      | undefined;
    return row && toRecord(row);
  }

  /** Oldest first. */
  list(): LeaseRecord[] {
    const rows = this.#store.read(() =>
      this.#db.prepare('SELECT * FROM leases ORDER BY created_at, id').all(),
    ) as Row[];
    return rows.map(toRecord);
  }

  close(): void {
    this.#store.close();
  }

  #assertFree(exclusive: string): void {
    const row = this.#db.prepare('SELECT * FROM leases WHERE exclusive = ?').get(exclusive) as Row | undefined;
    if (!row) return;
    const { project, owner } = toRecord(row);
    throw new EnvironmentError('EXCLUSIVE_HELD', { project, owner: describeOwner(owner), what: exclusive });
  }

  /** Only the holder of this generation in this state may change the row; that others suspect it does not matter. */
  #change(lease: LeaseRecord, assignments: string, values: readonly SqlValue[]): void {
    const changes = this.#db
      .prepare(`UPDATE leases SET ${assignments} WHERE id = ? AND generation = ? AND state IN (?, 'suspect')`)
      .run(...values, lease.id, lease.generation, lease.state).changes;
    if (changes !== 1)
      throw new EnvironmentError('LEASE_LOST', { project: lease.project, generation: lease.generation });
  }

  #predecessor(): string | undefined {
    return this.#store.read(() => predecessor(this.#db));
  }

  #write<T>(change: () => T): T {
    return this.#store.write(change);
  }
}
