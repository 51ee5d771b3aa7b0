import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createManager } from '../../dist/index.js';
import { must, removeProject } from './command.mjs';
import { against, median } from './figures.mjs';
import { installTestcontainers, Testcontainers } from './testcontainers.mjs';

const CLI = new URL('../../dist/surfaces/cli/main.js', import.meta.url).pathname;
const POSTGRES = process.env.POSTGRES_IMAGE ?? 'dm-test-postgres16';
const REDIS = process.env.REDIS_IMAGE ?? 'dm-test-redis';
const POOL = { min: 3, max: 8, idle: 600_000 };
/** Of our own cold start, of each peer, and of the command. */
const SLOW_RUNS = 7;
/** How long a refill may take. Milliseconds. */
const REFILL = 120_000;

/** What everybody starts: no interval that a peer would have to wait for. */
const SERVICES = {
  postgres: {
    image: POSTGRES,
    environment: { POSTGRES_PASSWORD: 'test', POSTGRES_DB: 'app' },
    ports: ['127.0.0.1::5432'],
    healthcheck: { test: ['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', 'postgres'], interval: '1s', retries: 30 },
  },
  redis: {
    image: REDIS,
    ports: ['127.0.0.1::6379'],
    healthcheck: { test: ['CMD', 'redis-cli', 'ping'], interval: '1s', retries: 30 },
  },
};

/** Raw runs: { pool, cold, compose, testcontainers, command, node }, milliseconds. */
export async function poolPart(folder, runs, write) {
  const file = 'warm.yml';
  const path = join(folder, file);
  write(path, JSON.stringify({ services: SERVICES }));
  await installTestcontainers();
  const child = await Testcontainers.start();
  const manager = createManager({ stateDir: join(folder, 'state'), onProgress: () => {} });
  const results = { pool: [], cold: [], compose: [], testcontainers: [], command: [], node: [] };
  try {
    await queried(manager, { files: [path] });
    for (let n = 0; n < SLOW_RUNS; n++) {
      results.cold.push(await queried(manager, { files: [path] }));
      results.compose.push(await compose(path));
      results.testcontainers.push(await testcontainers(child, folder, file));
    }
    const options = { files: [path], pool: POOL };
    await manager.poolFill(options);
    await queried(manager, options);
    for (let n = 0; n < runs; n++) {
      await refilled(manager);
      results.pool.push(await queried(manager, options));
    }
    for (let n = 0; n < SLOW_RUNS; n++) {
      await refilled(manager);
      results.command.push(await command(path, folder));
      results.node.push((await must(process.execPath, ['-e', '0'])).ms);
    }
    return results;
  } finally {
    child.stop();
    await manager.stop({ all: true });
    await manager.close();
  }
}

/** From the call to both answers; the release is not counted. */
async function queried(manager, options) {
  const from = performance.now();
  const lease = await manager.acquire(options);
  const acquired = performance.now() - from;
  await Promise.all([select(lease.services.postgres), ping(lease.services.redis)]);
  const total = performance.now() - from;
  await lease.release();
  return {
    total: round(total),
    acquired: round(acquired),
    pooled: lease.record.generation > 1,
    timings: lease.timings,
  };
}

async function select({ url }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SELECT 1');
  client.end().catch(() => {});
}

function ping({ host, ports }) {
  return new Promise((resolve, reject) => {
    const socket = connect(ports['6379/tcp'], host, () => socket.write('PING\r\n'));
    socket.on('error', reject).once('data', () => resolve(socket.destroy()));
  });
}

/** What stands ready is what is measured: nobody waits for the refill in a test run that is not all acquires. */
async function refilled(manager) {
  const until = performance.now() + REFILL;
  for (;;) {
    const [pool] = await manager.poolStatus();
    if (pool.warm >= pool.min && pool.filling === 0) return;
    if (performance.now() > until) throw new Error(`not refilled: ${JSON.stringify(pool)}`);
    await sleep(50);
  }
}

async function compose(path) {
  const project = fresh();
  try {
    const { ms } = await must('docker', ['compose', '-p', project, '-f', path, 'up', '-d', '--wait']);
    return { total: ms };
  } finally {
    await removeProject(project);
  }
}

async function testcontainers(child, folder, file) {
  const project = fresh();
  const request = { folder, file, project, timeout: 60_000, health: true };
  try {
    const up = await child.ask({ verb: 'up', ...request });
    if (up.reason !== null) throw new Error(up.reason);
    await child.ask({ verb: 'down', ...request });
    return { total: up.ms };
  } finally {
    await removeProject(project);
  }
}

/** `docker-manual start` from the beginning to the end of its process. */
async function command(path, folder) {
  const where = ['--state-dir', join(folder, 'state')];
  const size = `${POOL.min}-${POOL.max},10m`;
  const up = await must(process.execPath, [CLI, 'start', '-f', path, '--pool', size, '--json', ...where]);
  const { lease, timings } = JSON.parse(up.stdout).data;
  await must(process.execPath, [CLI, 'stop', lease.project, ...where]);
  return { total: up.ms, pooled: timings.create === undefined };
}

function fresh() {
  return `warm-${randomBytes(4).toString('hex')}`;
}

function round(ms) {
  return Number(ms.toFixed(1));
}

const totals = (samples) => samples.map(({ total }) => total);
const mid = (samples) => median(totals(samples));

export function reportPool({ pool, cold, compose: peers, testcontainers: tc, command: whole, node }) {
  const sorted = totals(pool).sort((a, b) => a - b);
  const p99 = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.99) - 1)];
  const missed = [...pool, ...whole].filter(({ pooled }) => !pooled).length;
  console.log(`\nfrom a pool to the first answers (${pool.length} runs, ${missed} of all were not from it)`);
  console.log(`  median, ms                 ${against(mid(pool), 15)}`);
  console.log(`  99 %, ms                   ${against(p99, 60)} (most ${sorted.at(-1)} ms)`);
  console.log(`  of it the acquire, ms      ${median(pool.map(({ acquired }) => acquired)).toFixed(1)}`);
  for (const [name, samples] of Object.entries({ 'our cold start': cold, testcontainers: tc, 'compose up': peers })) {
    const times = mid(samples) / mid(pool);
    const verdict = times >= 30 ? 'ok' : 'NOT';
    console.log(`  ${name.padEnd(26)} ${times.toFixed(0)} times that (target ≥ 30, ${verdict}; ${mid(samples)} ms)`);
  }
  console.log(`  whole command, ms          ${against(mid(whole), 250)} (an empty node process: ${median(node)} ms)`);
}
