// How long an end takes: node bench/stop.mjs [--runs N]
//
// Three services that ignore SIGTERM and wait for each other, ended by a release, by `docker-manual stop`, by Ctrl-C of
// `docker-manual run`, and by `docker compose down`. From the request until it has come back; then the engine has nothing
// of them. Raw runs go to bench/results/stop.json.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManager } from '../dist/index.js';
import { must, removeProject } from './support/command.mjs';
import { against, alternate, keep, median, numberOption } from './support/figures.mjs';

const IMAGE = process.env.FIXTURE_IMAGE ?? 'dm-test-fixture';
const CLI = new URL('../dist/surfaces/cli/main.js', import.meta.url).pathname;
/** Seconds. */
const TARGET = 5;
const runs = numberOption('--runs', 5);
const folder = mkdtempSync(join(tmpdir(), 'dm-stop-'));
const file = join(folder, 'compose.yml');
const stateDir = join(folder, 'state');
const state = ['--state-dir', stateDir];
const manager = createManager({ stateDir, watchdog: false });

const service = (name, before) => `
  ${name}:
    image: ${IMAGE}
    entrypoint: ["sh", "-c", "trap '' TERM INT; while :; do sleep 1; done"]
    healthcheck: { test: ["CMD", "true"], interval: 1s }
    ${before ? `depends_on: { ${before}: { condition: service_started } }` : ''}`;
writeFileSync(file, `services:${service('a')}${service('b', 'a')}${service('c', 'b')}\n`);

async function timed(work) {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function release() {
  const lease = await manager.acquire({ files: [file] });
  return timed(() => lease.release());
}

async function stop() {
  const { project } = await manager.acquire({ files: [file], ttl: 3_600_000 });
  return timed(() => must(process.execPath, [CLI, 'stop', project, ...state]));
}

async function interrupt() {
  const command = [process.execPath, '-e', 'console.log("up"); setInterval(() => {}, 60_000)'];
  const args = [CLI, 'run', '-f', file, ...state, '--', ...command];
  const run = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(run, 'exit');
  await once(run.stdout, 'data');
  return timed(async () => {
    process.kill(-run.pid, 'SIGINT');
    await ended;
  });
}

async function compose(round) {
  const project = `dm-stop-${process.pid}-${round}`;
  try {
    await must('docker', ['compose', '-p', project, '-f', file, 'up', '-d', '--wait']);
    return await timed(() => must('docker', ['compose', '-p', project, 'down', '-v']));
  } finally {
    await removeProject(project);
  }
}

const kinds = [
  { name: 'release', run: release },
  { name: 'docker-manual stop', run: stop },
  { name: 'Ctrl-C of docker-manual run', run: interrupt },
  { name: 'docker compose down', run: compose },
];
const samples = await alternate(runs, kinds).finally(async () => {
  const { removed, kept } = await manager.clean({ all: true });
  await manager.close();
  rmSync(folder, { recursive: true, force: true });
  if (removed.length + kept.length > 0) throw new Error(`left: ${JSON.stringify({ removed, kept })}`);
});
keep('stop.json', samples);
console.log(`${runs} runs each: three services that ignore SIGTERM, each waiting for the one before`);
for (const { name } of kinds) {
  const seconds = median(samples[name]) / 1000;
  console.log(`${name.padEnd(28)} ${name === 'docker compose down' ? seconds.toFixed(2) : against(seconds, TARGET)} s`);
}
