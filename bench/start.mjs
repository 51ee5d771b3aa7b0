// How long an environment takes, beside others: node bench/start.mjs [--runs N] [--only TEXT]
//
// From the acquire() call to ready in a running process with the model cached, against `docker compose up -d --wait` of
// the same file; then the same uncached, by the whole command, and against testcontainers-node; the release against
// `docker compose down -v -t 0`; and the engine's own floor, which is nothing but API calls. In each round everything is
// measured once, every other round in the opposite order. Figures are ratios of medians of one run of this bench; raw
// runs go to bench/results/start.json.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManager } from '../dist/index.js';
import { must, removeProject } from './support/command.mjs';
import { engineSocket } from './support/engine-proxy.mjs';
import { against, alternate, keep, median, numberOption, table, textOption } from './support/figures.mjs';
import { api, engineFloor } from './support/raw-engine.mjs';
import { ABOUT_TESTCONTAINERS, installTestcontainers, Testcontainers } from './support/testcontainers.mjs';

const IMAGE = process.env.FIXTURE_IMAGE ?? 'dm-test-fixture';
const CLI = new URL('../dist/surfaces/cli/main.js', import.meta.url).pathname;
const wanted = numberOption('--runs', 7);
const slowRuns = Math.min(3, wanted);
const only = textOption('--only');
const folder = mkdtempSync(join(tmpdir(), 'dm-start-'));

function service(interval, dependsOn = [], more = {}) {
  // The image probes itself fast while it starts. Most images do not, so that is undone (0 would mean "as the image").
  const timing = { interval, timeout: '2s', retries: 10, start_period: '1ms', start_interval: interval };
  const depends = Object.fromEntries(dependsOn.map((name) => [name, { condition: 'service_healthy' }]));
  return { image: IMAGE, healthcheck: { test: ['CMD', '/health.sh'], ...timing }, depends_on: depends, ...more };
}

const PUBLISHED = { ports: ['127.0.0.1::8080'] };
const one = (interval, more = {}) => ({ web: service(interval, [], { ...PUBLISHED, ...more }) });
const six = (interval) => ({
  db: service(interval),
  cache: service(interval),
  auth: service(interval, ['db', 'cache']),
  api: service(interval, ['db', 'cache']),
  web: service(interval, ['auth', 'api']),
  gateway: service(interval, ['web'], PUBLISHED),
});

const cases = [
  { name: 'one service, 1 s interval', services: one('1s'), runs: wanted, target: 0.65, peer: 0.6 },
  { name: 'six in four levels, 1 s interval', services: six('1s'), runs: wanted, target: 0.4 },
  { name: 'six in four levels, 10 s interval', services: six('10s'), runs: slowRuns, target: 0.1 },
  { name: 'one service, 30 s interval', services: one('30s'), runs: slowRuns, target: 0.05 },
];

function fresh() {
  return `start-${randomBytes(4).toString('hex')}`;
}

/** A manager in a process that has worked before: libraries loaded, model cached. */
async function warm(file) {
  const manager = createManager({ stateDir: join(folder, fresh()) });
  const lease = await manager.acquire({ files: [file] });
  const floor = engineSocket() && (await floorOf(lease));
  await lease.release();
  return { manager, floor };
}

async function timed(work) {
  const from = performance.now();
  const result = await work();
  return { ms: Math.round(performance.now() - from), result };
}

async function acquireAndRelease(manager, file) {
  const up = await timed(() => manager.acquire({ files: [file] }));
  const down = await timed(() => up.result.release());
  return { up: up.ms, down: down.ms, timings: up.result.timings };
}

async function uncached(file) {
  const manager = createManager({ stateDir: join(folder, fresh()) });
  const sample = await acquireAndRelease(manager, file);
  await manager.close();
  return sample;
}

async function wholeCommand(file) {
  // A state folder that other commands have used: with the model cached, as in daily work.
  const options = ['--state-dir', join(folder, 'cli')];
  const up = await must(process.execPath, [CLI, 'start', '-f', file, '--json', ...options]);
  const { project } = JSON.parse(up.stdout).data.lease;
  const down = await must(process.execPath, [CLI, 'stop', project, ...options]);
  return { up: up.ms, down: down.ms };
}

async function compose(file) {
  const project = fresh();
  try {
    const up = await must('docker', ['compose', '-p', project, '-f', file, 'up', '-d', '--wait']);
    const down = await must('docker', ['compose', '-p', project, '-f', file, 'down', '-v', '-t', '0']);
    return { up: up.ms, down: down.ms };
  } finally {
    await removeProject(project);
  }
}

async function testcontainers(child, file) {
  const project = fresh();
  const request = { folder, file, project, timeout: 60_000, health: true };
  try {
    const up = await child.ask({ verb: 'up', ...request });
    if (up.reason !== null) throw new Error(up.reason);
    const down = await child.ask({ verb: 'down', ...request });
    return { up: up.ms, down: down.ms };
  } finally {
    await removeProject(project);
  }
}

/** What the engine was asked for on our side, to ask it for the same with nothing around. */
async function floorOf(lease) {
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${lease.project}`] }));
  const services = {};
  for (const { Id, Labels } of await api('GET', `/containers/json?all=1&filters=${filters}`)) {
    const { Config, HostConfig } = await api('GET', `/containers/${Id}/json`);
    services[Labels['com.docker.compose.service']] = {
      image: Config.Image,
      env: Config.Env,
      healthcheck: Config.Healthcheck,
      published: Object.keys(HostConfig.PortBindings ?? {}).length > 0,
    };
  }
  return services;
}

async function measure({ name, services, runs, peer }, child) {
  const file = `${name.replaceAll(/\W+/g, '-')}.yml`;
  const path = join(folder, file);
  writeFileSync(path, JSON.stringify({ services }));
  const { manager, floor } = await warm(path);
  for (const each of Object.keys(floor ?? {})) floor[each].dependsOn = Object.keys(services[each].depends_on);
  const kinds = [
    { name: 'ours', run: () => acquireAndRelease(manager, path) },
    { name: 'compose', run: () => compose(path) },
    { name: 'uncached', run: () => uncached(path) },
    { name: 'command', run: () => wholeCommand(path) },
    ...(floor ? [{ name: 'floor', run: () => engineFloor(fresh(), floor) }] : []),
    ...(peer ? [{ name: 'testcontainers', run: () => testcontainers(child, file) }] : []),
  ];
  await wholeCommand(path);
  const samples = await alternate(runs, kinds);
  await manager.close();
  return samples;
}

/** Up and down of a container that ignores SIGTERM: testcontainers waits ten seconds for it. */
async function measureStubborn(child) {
  const path = join(folder, 'stubborn.yml');
  writeFileSync(path, JSON.stringify({ services: one('1s', { environment: { IGNORE_TERM: '1' } }) }));
  const { manager } = await warm(path);
  const samples = await alternate(slowRuns, [
    { name: 'ours', run: () => acquireAndRelease(manager, path) },
    { name: 'testcontainers', run: () => testcontainers(child, 'stubborn.yml') },
  ]);
  await manager.close();
  return samples;
}

const ups = (samples) => median(samples.map(({ up }) => up));
const downs = (samples) => median(samples.map(({ down }) => down));
const both = (samples) => median(samples.map(({ up, down }) => up + down));

function report({ name, target, peer }, samples) {
  const { ours, compose: peers, uncached: cold, command, floor, testcontainers: tc } = samples;
  const by = ups(peers);
  console.log(`\n${name} (${ours.length} runs): acquire ${ups(ours)} ms, compose up --wait ${by} ms`);
  console.log(`  acquire / compose          ${against(ups(ours) / by, target)}`);
  console.log(`  uncached / compose         ${(ups(cold) / by).toFixed(2)} (${ups(cold)} ms)`);
  console.log(`  whole command / compose    ${(ups(command) / by).toFixed(2)} (${ups(command)} ms)`);
  if (tc) console.log(`  acquire / testcontainers   ${against(ups(ours) / ups(tc), peer)} (${ups(tc)} ms)`);
  console.log(
    `  release / compose down     ${against(downs(ours) / downs(peers), 1)} (${downs(ours)} ms, ${downs(peers)} ms)`,
  );
  if (floor) console.log(`\n${phases(ours, floor)}`);
}

/** Our steps beside the engine's floor. Compose creates network and containers in one call of ours. */
function phases(ours, floor) {
  const mine = (step) => median(ours.map(({ timings }) => timings[step] ?? 0));
  const least = (...steps) => median(floor.map((each) => steps.reduce((sum, step) => sum + each[step], 0)));
  const rows = Object.keys(ours[0].timings).map((step) => {
    const engine = { create: ['network', 'create'], start: ['start'], total: ['total'] }[step];
    return [step, mine(step), engine ? least(...engine) : ''];
  });
  return table(['step', 'ours, ms', "engine's floor, ms"], [...rows, ['release', downs(ours), least('remove')]]);
}

await installTestcontainers();
const child = await Testcontainers.start();
const results = {};
try {
  writeFileSync(join(folder, 'warm.yml'), JSON.stringify({ services: one('1s') }));
  await testcontainers(child, 'warm.yml');
  for (const each of cases.filter(({ name }) => !only || name.includes(only))) {
    results[each.name] = await measure(each, child);
    report(each, results[each.name]);
  }
  if (!only || 'SIGTERM'.includes(only)) {
    const samples = await measureStubborn(child);
    results['ignores SIGTERM'] = samples;
    const [mine, theirs] = [both(samples.ours), both(samples.testcontainers)];
    console.log(`\nup and down of a service that ignores SIGTERM (${samples.ours.length} runs): ${mine} ms`);
    console.log(`  ours / testcontainers      ${against(mine / theirs, 0.1)} (${theirs} ms)`);
  }
  console.log(`\n${ABOUT_TESTCONTAINERS}, Wait.forHealthCheck(), in a process that has worked before.`);
} finally {
  child.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (!only) keep('start.json', { about: ABOUT_TESTCONTAINERS, results });
