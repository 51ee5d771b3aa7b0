import type { Binding, EngineAddress, Holder, LeaseRecord, LeaseState, Mode, Spec } from '../domain/lease.js';
import type { Owner } from '../domain/owner.js';
import type { PoolPlace } from '../domain/pool.js';
import type { Timeline } from '../domain/timeline.js';
import type { SqliteConnection } from './drivers/driver.js';

/** A row of `leases`. */
export interface Row {
  id: string;
  project: string;
  state: LeaseState;
  mode: Mode;
  generation: number;
  owner: string;
  shared_key: string | null;
  holders: string;
  renewals: number;
  engine: string;
  created_at: number;
  expires_at: number | null;
  port_first: number | null;
  port_last: number | null;
  subnets: string;
  spec: string;
  bindings: string;
  timeline: string | null;
  memory: number;
  pool: string | null;
  pool_state: PoolPlace['state'] | null;
}

export function toRecord(row: Row): LeaseRecord {
  return {
    id: row.id,
    project: row.project,
    state: row.state,
    mode: row.mode,
    generation: row.generation,
    owner: JSON.parse(row.owner) as Owner,
    sharedKey: row.shared_key,
    holders: JSON.parse(row.holders) as Holder[],
    renewals: row.renewals,
    engine: JSON.parse(row.engine) as EngineAddress,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ports: row.port_first === null ? null : { first: row.port_first, last: row.port_last as number },
    subnets: JSON.parse(row.subnets) as Record<string, string>,
    spec: JSON.parse(row.spec) as Spec,
    bindings: JSON.parse(row.bindings) as Binding[],
    timeline: row.timeline === null ? null : (JSON.parse(row.timeline) as Timeline),
    memory: row.memory,
    ...(row.pool !== null && row.pool_state !== null ? { pool: { key: row.pool, state: row.pool_state } } : {}),
  };
}

/** `exclusive`: a name that only one lease may hold. */
export function insertRow(database: SqliteConnection, lease: LeaseRecord, exclusive: string | null): void {
  database
    .prepare(
      `INSERT INTO leases (id, project, state, mode, generation, owner, engine, created_at, expires_at, port_first,
         port_last, subnets, exclusive, shared_key, spec, bindings, memory, pool, pool_state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      lease.id,
      lease.project,
      lease.state,
      lease.mode,
      lease.generation,
      JSON.stringify(lease.owner),
      JSON.stringify(lease.engine),
      lease.createdAt,
      lease.expiresAt,
      lease.ports?.first ?? null,
      lease.ports?.last ?? null,
      JSON.stringify(lease.subnets),
      exclusive,
      lease.sharedKey,
      JSON.stringify(lease.spec),
      JSON.stringify(lease.bindings),
      lease.memory,
      lease.pool?.key ?? null,
      lease.pool?.state ?? null,
    );
}
