import { EnvironmentError } from '../domain/errors.js';
import type { SqliteConnection } from './drivers/driver.js';

/** Step n takes a database from `user_version` n to n + 1. Steps are only ever added. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE leases (
    id          TEXT PRIMARY KEY,
    project     TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL,
    mode        TEXT NOT NULL,
    generation  INTEGER NOT NULL,
    owner       TEXT NOT NULL,
    renewals    INTEGER NOT NULL DEFAULT 0,
    engine      TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    port_first  INTEGER,
    port_last   INTEGER,
    subnets     TEXT NOT NULL,
    exclusive   TEXT UNIQUE,
    shared_key  TEXT UNIQUE,
    holders     TEXT NOT NULL DEFAULT '[]',
    spec        TEXT NOT NULL,
    bindings    TEXT NOT NULL,
    timeline    TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX leases_by_port ON leases (port_first) WHERE port_first IS NOT NULL;
  CREATE TABLE events (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    lease    TEXT NOT NULL,
    project  TEXT NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    detail   TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_lease ON events (lease);
  `,
  // A claim reads what others hold from these alone, without their rows.
  `
  DROP INDEX leases_by_port;
  CREATE INDEX leases_by_ports ON leases (port_first, port_last) WHERE port_first IS NOT NULL;
  CREATE INDEX leases_by_subnets ON leases (subnets) WHERE subnets <> '{}';
  `,
  `
  DROP INDEX events_by_lease;
  ALTER TABLE events ADD COLUMN operation TEXT NOT NULL DEFAULT '';
  ALTER TABLE events ADD COLUMN correlation TEXT NOT NULL DEFAULT '';
  `,
  // An admission adds up what is held on one engine from the index alone.
  `
  ALTER TABLE leases ADD COLUMN memory INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX leases_by_engine ON leases (engine ->> 'endpoint', memory);
  CREATE TABLE queue (
    arrival   INTEGER PRIMARY KEY AUTOINCREMENT,
    engine    TEXT NOT NULL,
    name      TEXT NOT NULL,
    owner     TEXT NOT NULL,
    priority  INTEGER NOT NULL,
    memory    INTEGER NOT NULL,
    budget    TEXT NOT NULL,
    since     INTEGER NOT NULL,
    renewals  INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  `,
  `
  CREATE TABLE builds (
    engine     TEXT NOT NULL,
    image      TEXT NOT NULL,
    tree       TEXT NOT NULL,
    begun_at   INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    full_build INTEGER NOT NULL,
    lock_files TEXT NOT NULL,
    PRIMARY KEY (engine, image)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX builds_by_tree ON builds (engine, tree, used_at);
  CREATE TABLE pulls (
    engine   TEXT NOT NULL,
    image    TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    PRIMARY KEY (engine, image)
  ) STRICT, WITHOUT ROWID;
  `,
  // The recipe is sealed (src/manager/sealed.ts): what a filler needs holds the values of variables.
  `
  ALTER TABLE leases ADD COLUMN pool TEXT;
  ALTER TABLE leases ADD COLUMN pool_state TEXT;
  CREATE INDEX leases_by_pool ON leases (pool, pool_state) WHERE pool IS NOT NULL;
  CREATE TABLE pools (
    key        TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    engine     TEXT NOT NULL,
    files      TEXT NOT NULL,
    min        INTEGER NOT NULL,
    max        INTEGER,
    idle       INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    recipe     TEXT NOT NULL,
    failures   INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    error      TEXT
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE volume_sets (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    engine     TEXT NOT NULL,
    state      TEXT NOT NULL,
    lease      TEXT NOT NULL,
    project    TEXT NOT NULL,
    maker      TEXT NOT NULL,
    volumes    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX ready_volume_sets ON volume_sets (engine, kind, name) WHERE state = 'ready';
  CREATE INDEX unfinished_volume_sets ON volume_sets (lease) WHERE state = 'making';
  CREATE TABLE seats (seat TEXT PRIMARY KEY, used_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // So that a pool can take the place of the one that was asked for in the same way.
  `ALTER TABLE pools ADD COLUMN question TEXT NOT NULL DEFAULT '';`,
];

/**
 * Brings the database to the newest version, or refuses one that is newer than this code. `onNew` is called inside the
 * transaction that makes the tables of a new one.
 *
 * @throws STORE_TOO_NEW
 */
export function migrate(database: SqliteConnection, file: string, onNew: () => void): void {
  const version = () => database.pragma('user_version') as number;
  if (version() > STEPS.length) {
    throw new EnvironmentError('STORE_TOO_NEW', { file, version: version(), known: STEPS.length });
  }
  if (version() === STEPS.length) return;
  // Several processes may get here at once; the version is read again inside the transaction.
  database.transaction(() => {
    const begun = version();
    for (let step = begun; step < STEPS.length; step++) {
      database.exec(STEPS[step] as string);
      database.pragma(`user_version = ${step + 1}`);
    }
    if (begun === 0) onNew();
  });
}
