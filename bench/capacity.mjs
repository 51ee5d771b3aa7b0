// How many isolated copies of a one-service stack run at once, and what each costs: node bench/capacity.mjs [COPIES] [--compose]
//
// Starts copies one after the other, times each acquire in this process, and asks every copy for its page at the end.
// --compose does the same with `docker compose up -d` of the same stack without published ports, until it fails.
// Raw figures go to bench/results/capacity.json (or capacity-compose.json).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManager } from '../dist/index.js';

const IMAGE = process.env.FIXTURE_IMAGE ?? 'dm-test-fixture';
// The image probes itself every second: 150 copies of that alone would keep six cores busy, and measure nothing of ours.
const HEALTH = 'healthcheck: { test: ["CMD", "/health.sh"], interval: 30s }';
const args = process.argv.slice(2);
const wanted = Number(args.find((each) => /^\d+$/.test(each)) ?? 150);
const folder = mkdtempSync(join(tmpdir(), 'dm-capacity-'));
const results = new URL('./results/', import.meta.url).pathname;
mkdirSync(results, { recursive: true });

function compose(stack) {
  const file = join(folder, 'compose.yml');
  writeFileSync(file, stack);
  return file;
}

async function ours() {
  const file = compose(`services: { web: { image: "${IMAGE}", ports: ["8080:8080"], ${HEALTH} } }`);
  const manager = createManager({ stateDir: join(folder, 'state') });
  const leases = [];
  const acquires = [];
  let failure = null;
  try {
    while (leases.length < wanted) {
      const from = performance.now();
      leases.push(await manager.acquire({ files: [file], name: 'capacity' }));
      acquires.push(Math.round(performance.now() - from));
    }
  } catch (error) {
    failure = error.message;
  }
  const pages = await Promise.all(
    leases.map((lease) => fetch(`http://127.0.0.1:${lease.services.web.ports['8080/tcp']}/`)),
  );
  const answered = pages.filter((page) => page.ok).length;
  const from = performance.now();
  for (const lease of leases) await lease.release();
  const releaseMs = Math.round((performance.now() - from) / Math.max(1, leases.length));
  await manager.close();
  return { copies: leases.length, answered, failure, acquires, releaseMs };
}

function plainCompose() {
  const file = compose(`services: { web: { image: "${IMAGE}", ${HEALTH} } }`);
  const projects = [];
  let failure = null;
  try {
    while (projects.length < wanted) {
      const project = `capacity-compose-${projects.length}`;
      projects.push(project);
      execFileSync('docker', ['compose', '-p', project, '-f', file, 'up', '-d', '--wait'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    }
  } catch (error) {
    failure = String(error.stderr).trim().split('\n').at(-1);
  }
  for (const project of projects) {
    execFileSync('docker', ['compose', '-p', project, 'down', '-v', '-t', '0'], { stdio: 'ignore' });
  }
  return { copies: projects.length - (failure ? 1 : 0), failure };
}

/** Median of the five acquires that end at the n-th. */
function around(acquires, n) {
  const window = acquires.slice(Math.max(0, n - 5), n).sort((a, b) => a - b);
  return window[Math.floor(window.length / 2)];
}

/** Least squares: milliseconds that each copy adds to the next acquire. */
function slope(acquires) {
  const n = acquires.length;
  const meanX = (n - 1) / 2;
  const meanY = acquires.reduce((sum, y) => sum + y, 0) / n;
  const above = acquires.reduce((sum, y, x) => sum + (x - meanX) * (y - meanY), 0);
  const below = acquires.reduce((sum, _, x) => sum + (x - meanX) ** 2, 0);
  return above / below;
}

const byCompose = args.includes('--compose');
const result = byCompose ? plainCompose() : await ours();
rmSync(folder, { recursive: true, force: true });
writeFileSync(join(results, byCompose ? 'capacity-compose.json' : 'capacity.json'), `${JSON.stringify(result)}\n`);
console.log(`${result.copies} copies at once${result.failure ? `; then: ${result.failure}` : ''}`);
if (!byCompose) {
  console.log(`${result.answered} of them answered; release ${result.releaseMs} ms each`);
  for (const n of [1, 16, 64, 150].filter((each) => each <= result.copies)) {
    console.log(
      `acquire at ${String(n).padStart(3)} copies: ${around(result.acquires, n)} ms (median of the last five)`,
    );
  }
  console.log(`each copy adds ${slope(result.acquires).toFixed(2)} ms to the next acquire`);
}
process.exitCode = byCompose || result.copies === wanted ? 0 : 1;
