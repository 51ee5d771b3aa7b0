import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createManager } from '../../dist/index.js';

/** Acquires, writes 32 MB into its container's memory, holds it for a while, gives it back; says what happens. */
const CHILD = `
import { execFileSync } from 'node:child_process';
import { createManager } from 'DIST/index.js';
const [cwd, stateDir, memoryBudget, name, holdMs] = process.argv.slice(1);
const say = (event, more) => process.stdout.write(JSON.stringify({ event, at: Date.now(), ...more }) + '\\n');
const onProgress = (p) => p.type === 'queued' && say('queued', { text: p.text });
const manager = createManager({ stateDir, memoryBudget, onProgress, watchdog: false });
say('asked');
const lease = await manager.acquire({ cwd, name });
say('ready', { project: lease.project, claimedAt: lease.record.createdAt, queuedMs: lease.timings.queue ?? 0 });
const write = ['dd', 'if=/dev/zero', 'of=/dev/shm/used', 'bs=1M', 'count=32'];
execFileSync('docker', ['exec', lease.project + '-web-1', ...write], { stdio: 'ignore' });
await new Promise((resolve) => process.stdin.resume().on('end', resolve));
await new Promise((resolve) => setTimeout(resolve, Number(holdMs)));
await lease.release();
say('released');
await manager.close();
`.replaceAll('DIST', new URL('../../dist', import.meta.url).href);

/**
 * So many processes ask at once for an environment with a memory limit each; once all of them have room or wait, so many
 * of those who wait are killed.
 */
export async function runQueue({ acquires, memory, budget, kills, holdMs }) {
  const folder = mkdtempSync(join(tmpdir(), 'dm-queue-bench-'));
  const stateDir = join(folder, 'state');
  const image = process.env.FIXTURE_IMAGE ?? 'dm-test-fixture';
  writeFileSync(
    join(folder, 'compose.yml'),
    `services: { web: { image: ${image}, mem_limit: ${memory}, ports: ["8080"] } }\n`,
  );
  const manager = createManager({ stateDir, watchdog: false });
  const record = recordEvents();
  try {
    const runs = Array.from({ length: acquires + kills }, (_, i) => startRun(folder, stateDir, budget, i, holdMs));
    await Promise.all(runs.map((run) => run.placed));
    const queue = await manager.queue();
    // From the middle of the queue: somebody is before and behind each.
    const from = Math.floor((queue.length - kills) / 2);
    const victims = queue.slice(from, from + kills).map(({ owner }) => owner.pid);
    for (const pid of victims) process.kill(pid, 'SIGKILL');
    // Nobody has given anything back until here.
    for (const run of runs) run.mayEnd();
    await Promise.all(runs.map((run) => run.ended));
    const leftInQueue = (await manager.queue()).length + (await manager.status()).length;
    const history = await manager.history({ limit: 1000 });
    return { ...(await judged(runs, queue, victims, record, history)), left: leftInQueue };
  } finally {
    record.end();
    await manager.clean({ all: true });
    await manager.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function startRun(folder, stateDir, budget, i, holdMs) {
  const args = ['--input-type=module', '-e', CHILD, '--', folder, stateDir, budget, `q${i}`, String(holdMs)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = [];
  let place;
  const placed = new Promise((resolve) => {
    place = resolve;
  });
  child.stdin.on('error', () => {}); // of one that was killed
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(JSON.parse(line));
    if (said.at(-1).event !== 'asked') place();
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    place();
    return signal ?? code;
  });
  return { pid: child.pid, said, placed, ended, mayEnd: () => child.stdin.end() };
}

async function judged(runs, queue, victims, record, history) {
  const find = (run, event) => run.said.find((each) => each.event === event);
  const claims = runs.flatMap((run) => {
    const ready = find(run, 'ready');
    return ready ? [{ pid: run.pid, project: ready.project }] : [];
  });
  const arrivals = queue.map(({ owner }) => owner.pid).filter((pid) => !victims.includes(pid));
  const projectOf = (pid) => claims.find((claim) => claim.pid === pid)?.project;
  const exits = await Promise.all(runs.map((run) => run.ended));
  const projects = claims.map(({ project }) => project);
  return {
    ready: claims.length,
    waited: arrivals.length,
    killed: victims.length,
    failed: exits.filter((exit) => exit !== 0 && exit !== 'SIGKILL').length,
    overtaken: overtaken(history, arrivals.map(projectOf), claims.length - arrivals.length),
    toldPositions: runs.every(
      (run) => !arrivals.includes(run.pid) || /^queued: \d+(st|nd|rd|th) of \d+, needs /.test(texts(run)[0]),
    ),
    ...engineSaw(record.events, projects),
    runs: runs.map(({ pid, said }, i) => ({ pid, exit: exits[i], said })),
  };
}

/**
 * How often one that waited went before another that was ahead of it, while there was no room for both. Replayed from the
 * store's history, whose order is that of its transactions; as many have room at once as had it without waiting.
 */
function overtaken(history, waited, room) {
  const held = new Set();
  let ahead = [...waited];
  let count = 0;
  for (const { action, project } of history) {
    if (action === 'released') held.delete(project);
    if (action !== 'claimed') continue;
    const before = ahead.indexOf(project);
    if (before > 0 && held.size + before + 1 > room) count += 1;
    ahead = ahead.filter((each) => each !== project);
    held.add(project);
  }
  return count;
}

const texts = (run) => run.said.flatMap(({ text }) => text ?? []);

/** The engine keeps its last 256 events only, whosever they are: they are read as they come. */
function recordEvents() {
  const filters = ['type=container', 'label=dev.docker-manual.lease'].flatMap((each) => ['--filter', each]);
  // What happens until it listens is in `--since`.
  const since = String(Math.floor(Date.now() / 1000));
  const args = ['events', '--since', since, '--format', '{{json .}}', ...filters];
  const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const events = [];
  createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line)));
  return { events, end: () => child.kill() };
}

/** Most containers of these projects at once, each of which has the limit. */
function engineSaw(events, projects) {
  const ours = events.filter(({ Actor }) => projects.includes(Actor.Attributes['com.docker.compose.project']));
  const there = new Set();
  let most = 0;
  for (const { Action, id } of ours) {
    if (Action === 'create') there.add(id);
    if (Action === 'destroy') there.delete(id);
    most = Math.max(most, there.size);
  }
  return { mostContainers: most, oomEvents: ours.filter(({ Action }) => Action === 'oom').length };
}
