import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Networks that every engine has. */
const BUILT_IN = new Set(['bridge', 'host', 'none']);

/** Every object of an engine: { kind, id, name, labels }, with and without labels, ours and others'. */
export async function census(api) {
  const [containers, networks, volumes] = await Promise.all([api.containers(), api.networks(), api.volumes()]);
  return [
    ...containers.map((c) => object('container', c.Id, c.Names[0].slice(1), c.Labels)),
    ...networks.filter((n) => !BUILT_IN.has(n.Name)).map((n) => object('network', n.Id, n.Name, n.Labels)),
    ...volumes.map((v) => object('volume', v.Name, v.Name, v.Labels)),
  ];
}

function object(kind, id, name, labels) {
  return { kind, id, name, labels: labels ?? {} };
}

/** What is in `now` and was not in `before`. */
export function appeared(before, now) {
  const known = new Set(before.map(({ kind, id }) => `${kind} ${id}`));
  return now.filter(({ kind, id }) => !known.has(`${kind} ${id}`));
}

export function describe({ kind, name }) {
  return `${kind} ${name}`;
}

/** The same for many who wait at once: one look serves all that ask within a moment. */
export class Census {
  #api;
  #last;
  #at = Number.NEGATIVE_INFINITY;

  constructor(api) {
    this.#api = api;
  }

  /** As it is now, or was `age` milliseconds ago at most. */
  look(age = 0) {
    if (performance.now() - this.#at > age) {
      this.#at = performance.now();
      this.#last = census(this.#api);
    }
    return this.#last;
  }
}

/** The leases of a state folder; none before its first use. */
export function readLeases(stateDir) {
  return inStore(stateDir, (database) => leasesOf(database)) ?? [];
}

/**
 * A state folder as it is: { rows, folders (ids of lease folders), integrity ("ok") }. Read through SQLite only: opening
 * the database's file in any other way would drop the locks of this process on it.
 */
export function readStore(stateDir) {
  const found = inStore(stateDir, (database) => ({
    rows: leasesOf(database),
    integrity: database.pragma('integrity_check', { simple: true }),
  }));
  return { rows: [], integrity: 'ok', ...found, folders: leaseFolders(stateDir) };
}

function inStore(stateDir, read) {
  const file = join(stateDir, 'store.db');
  // Made, but empty: its maker was killed in between.
  if (!existsSync(file) || statSync(file).size === 0) return undefined;
  const database = new Database(file, { readonly: true, timeout: 10_000 });
  try {
    return read(database);
  } finally {
    database.close();
  }
}

function leasesOf(database) {
  const known = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'leases'").get();
  return known ? database.prepare('SELECT * FROM leases ORDER BY created_at, id').all() : [];
}

function leaseFolders(stateDir) {
  const folder = join(stateDir, 'leases');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Leases that hold the same port or name twice. */
export function overlaps(rows) {
  return rows.flatMap((row, i) =>
    rows.slice(i + 1).flatMap((other) => {
      const ports = row.port_first !== null && other.port_first !== null;
      const shared = ports && row.port_first <= other.port_last && other.port_first <= row.port_last;
      return shared || row.project === other.project ? [`${row.project} and ${other.project}`] : [];
    }),
  );
}
