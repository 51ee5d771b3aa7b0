// An environment from a pool, beside our own cold start and others: node bench/warm.mjs [--runs N] [--only TEXT]
//
// PostgreSQL and Redis from one file. From the acquire() call, in a process that has worked before, to the answers of a
// first query of each on connections opened after it; from a pool that is refilled all the while, one acquire after the
// other with a pause for the refill. In the same run, of the same file: our own cold start to the same answers,
// testcontainers-node and `docker compose up -d --wait` (to their return, without a query). Then the whole command. Raw
// runs go to bench/results/warm.json. A part of its own each: bench/warm-*.mjs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep, numberOption, textOption } from './support/figures.mjs';
import { ABOUT_TESTCONTAINERS } from './support/testcontainers.mjs';
import { poolPart, reportPool } from './support/warm-pool.mjs';

const PARTS = { pool: { measure: poolPart, report: reportPool } };

const runs = numberOption('--runs', 50);
const only = textOption('--only');
const folder = mkdtempSync(join(tmpdir(), 'dm-warm-'));
const results = {};
try {
  for (const [name, { measure, report }] of Object.entries(PARTS)) {
    if (only !== undefined && only !== name) continue;
    results[name] = await measure(folder, runs, writeFileSync);
    report(results[name]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (only === undefined) keep('warm.json', { about: ABOUT_TESTCONTAINERS, results });
