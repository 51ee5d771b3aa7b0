// What a claim, a look-up and a list cost while the store holds 1, 10, 100 and 1,000 leases:
//   node scripts/chaos/many-leases.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, table } from '../../bench/support/figures.mjs';
import { claimRequest, openStore, readyResult } from './store-requests.mjs';

const LEVELS = [1, 10, 100, 1000];
const SAMPLES = 60;
const PORTS = 6;

const folder = mkdtempSync(join(tmpdir(), 'dm-many-'));
const store = openStore(folder);

function timed(run) {
  const times = [];
  for (let n = 0; n < SAMPLES; n++) {
    const from = performance.now();
    run();
    times.push(performance.now() - from);
  }
  return median(times);
}

function claimReady() {
  const lease = store.transition(store.claim(claimRequest(PORTS)), 'starting');
  return store.ready(lease, readyResult(lease));
}

function remove(lease) {
  store.remove(store.takeOver(lease, lease.owner, 'measured'));
}

try {
  const rows = [];
  let held = [];
  for (const level of LEVELS) {
    while (held.length < level) held.push(claimReady());
    const claims = [];
    const claim = timed(() => claims.push(store.claim(claimRequest(PORTS))));
    const end = timed(() => remove(claims.pop()));
    const middle = held[Math.floor(held.length / 2)];
    const list = timed(() => store.list());
    const find = timed(() => store.find(middle.id));
    rows.push({ level, claim, end, list, find });
  }
  held = [];
  const text = rows.map(({ level, ...times }) => [String(level), ...Object.values(times).map((ms) => ms.toFixed(3))]);
  console.log(table(['leases', 'claim (ms)', 'release (ms)', 'list (ms)', 'find (ms)'], text));
} finally {
  store.close();
  rmSync(folder, { recursive: true, force: true });
}
