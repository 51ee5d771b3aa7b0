// Kills processes while they write into one store, and looks whether what they were told is done is there:
//   node scripts/chaos/store-kills.mjs [--kills 300] [--seed N] [--workers 4]
// A worker says "+id" after a claim, "r id" when it is ready, "?id" before a removal and "-id" after it. Exit code 1 when
// an acknowledged change is missing or the database is damaged.
import { spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import SqliteDatabase from 'better-sqlite3';
import { numberOption } from '../../bench/support/figures.mjs';
import { openStore } from './store-requests.mjs';

const WORKER = fileURLToPath(new URL('store-kills-worker.mjs', import.meta.url));
/** From a worker's first word to its end; a transaction takes about 1 ms. Milliseconds. */
const LONGEST_LIFE = 120;

const kills = numberOption('--kills', 300);
const seed = numberOption('--seed', randomInt(1_000_000));
const workers = numberOption('--workers', 4);
const folder = mkdtempSync(join(tmpdir(), 'dm-store-kills-'));
/** lease id → the last that was said of it */
const said = new Map();
let acknowledged = 0;

/** The same for the same seed and kill. */
function fraction(kill) {
  return createHash('sha256').update(`${seed}/${kill}`).digest().readUInt32BE() / 2 ** 32;
}

/** One worker from its first word to its violent end, with all that it has said. */
async function live(kill) {
  const child = spawn(process.execPath, [WORKER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
  const lines = createInterface({ input: child.stdout });
  const begun = new Promise((resolve) => lines.once('line', resolve));
  lines.on('line', (line) => {
    said.set(line.slice(1), line[0]);
    if (line[0] !== '?') acknowledged += 1;
  });
  const ended = new Promise((resolve) => lines.on('close', resolve));
  await Promise.race([begun, closed]);
  await sleep(fraction(kill) * LONGEST_LIFE);
  child.kill('SIGKILL');
  if ((await closed) !== 'SIGKILL') throw new Error('a worker ended by itself; its words are above');
  await ended;
}

function lost(store) {
  const rows = new Map(store.list().map((lease) => [lease.id, lease.state]));
  return [...said].filter(([id, sign]) => {
    if (sign === '+') return !rows.has(id);
    if (sign === 'r') return rows.get(id) !== 'ready';
    return sign === '-' && rows.has(id);
  });
}

try {
  let next = 0;
  const lane = async () => {
    while (next < kills) await live(next++);
  };
  await Promise.all(Array.from({ length: workers }, lane));
  const store = openStore(folder);
  const missing = lost(store);
  const leases = store.list();
  const ports = leases.flatMap(({ ports: { first, last } }) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
  store.close();
  const database = new SqliteDatabase(join(folder, 'store.db'));
  const integrity = database.pragma('integrity_check', { simple: true });
  database.close();
  const aside = readdirSync(folder).filter((name) => name.includes('damaged'));
  const result = {
    seed,
    kills,
    workers,
    acknowledged,
    lost: missing.length,
    leases: leases.length,
    duplicatePorts: ports.length - new Set(ports).size,
    integrity,
    movedAside: aside.length,
  };
  console.log(JSON.stringify(result));
  const whole = missing.length === 0 && integrity === 'ok' && aside.length === 0 && result.duplicatePorts === 0;
  process.exitCode = whole ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
