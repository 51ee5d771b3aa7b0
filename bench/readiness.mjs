// What each tool calls ready, beside the right answer: node bench/readiness.mjs [--only TEXT]
//
// The scenarios of test/support/readiness-scenarios.mjs, one after the other, by docker-manual, by `docker compose up -d
// --wait` and by testcontainers-node with its default wait strategy. A verdict is wrong when it differs from the right
// answer, and also when a service is called ready before it can be, or does not answer. Raw results go to bench/results/readiness.json.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManager } from '../dist/index.js';
import { composeText, scenarios } from '../test/support/readiness-scenarios.mjs';
import { must, removeProject, run } from './support/command.mjs';
import { Disturbance } from './support/disturbance.mjs';
import { EngineProxy, engineSocket } from './support/engine-proxy.mjs';
import { keep, table, textOption } from './support/figures.mjs';
import { ABOUT_TESTCONTAINERS, installTestcontainers, Testcontainers } from './support/testcontainers.mjs';

/** Who has not answered so long after the wait timeout never will. Milliseconds. */
const PATIENCE = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'dm-readiness-'));
const file = join(folder, 'compose.yml');
const stateDir = join(folder, 'state');
const tools = { ours, compose, testcontainers };

/** { verdict: ready | failed | hangs, ms, said }, and `cleanUp`, which runs on an undisturbed engine. */
async function ours(scenario, env) {
  const manager = createManager({ stateDir, env });
  const limit = AbortSignal.timeout(scenario.seconds * 1000 + PATIENCE);
  const from = performance.now();
  const outcome = await manager
    .acquire({ files: [file], name: 'readiness', waitTimeout: scenario.seconds * 1000, signal: limit })
    .then(
      () => ({ verdict: 'ready', said: '' }),
      (error) => ({ verdict: limit.aborted ? 'hangs' : 'failed', said: error.message, code: error.code }),
    );
  const ms = Math.round(performance.now() - from);
  await manager.close();
  return { ...outcome, ms, cleanUp: cleanOurs };
}

async function cleanOurs() {
  const manager = createManager({ stateDir });
  const { kept } = await manager.clean({ all: true });
  await manager.close();
  if (kept.length > 0) throw new Error(`left: ${JSON.stringify(kept)}`);
}

async function compose(scenario, env, project) {
  const wait = ['up', '-d', '--wait', '--wait-timeout', String(scenario.seconds)];
  const limit = scenario.seconds * 1000 + PATIENCE;
  const { code, ms, stderr } = await run('docker', ['compose', '-p', project, '-f', file, ...wait], { env, limit });
  const verdict = code === 0 ? 'ready' : code === null ? 'hangs' : 'failed';
  return { verdict, ms, rc: code, said: lastLine(stderr), cleanUp: () => removeProject(project) };
}

async function testcontainers(scenario, env, project) {
  const process = await Testcontainers.start(env);
  const request = { verb: 'up', folder, file: 'compose.yml', project, timeout: scenario.seconds * 1000 };
  const limit = scenario.seconds * 1000 + PATIENCE;
  const answer = await process.ask(request, limit);
  process.stop();
  const outcome = answer
    ? { verdict: answer.reason === null ? 'ready' : 'failed', ms: answer.ms, said: lastLine(answer.reason ?? '') }
    : { verdict: 'hangs', ms: limit, said: '' };
  return { ...outcome, cleanUp: () => removeProject(project) };
}

function lastLine(text) {
  return text.trim().split('\n').at(-1).trim();
}

async function judge(scenario, tool) {
  const mark = randomBytes(4).toString('hex');
  const broken = scenario.disturbance === 'freeze' || scenario.disturbance === 'cut';
  const proxy = broken && (await new EngineProxy(join(folder, `${mark}.sock`), engineSocket()).open());
  const env = { ...process.env, DM_RUN: mark, ...(proxy ? { DOCKER_HOST: proxy.url } : {}) };
  const disturbance = scenario.disturbance && new Disturbance(scenario.disturbance, mark, proxy);
  const { cleanUp, ...outcome } = await tool(scenario, env, `readiness-${mark}`);
  const ready = outcome.verdict === 'ready';
  const early = ready && outcome.ms < (scenario.notBefore ?? 0);
  const silent = ready && Boolean(scenario.answers) && !(await answers(mark));
  await disturbance?.[Symbol.asyncDispose]();
  if (proxy) {
    proxy.thaw();
    await proxy[Symbol.asyncDispose]();
  }
  await cleanUp();
  return { ...outcome, early, silent, right: outcome.verdict === scenario.expected && !early && !silent };
}

/** Asks the run's one web server for a page, once and now. */
async function answers(mark) {
  const { stdout } = await must('docker', ['ps', '-q', '--filter', `label=dm-scenario=${mark}`]);
  const port = await run('docker', ['port', stdout.trim(), '8080/tcp']);
  if (port.code !== 0) return false;
  return fetch(`http://${port.stdout.trim().split('\n')[0]}/`).then(
    (page) => page.ok,
    () => false,
  );
}

function cell({ verdict, ms, rc, early, silent, right }) {
  const what = silent ? 'ready, but does not answer' : early ? 'ready, too early' : verdict;
  const code = rc === undefined || rc === null ? '' : `rc ${rc}, `;
  return `${right ? what : `**${what}**`} (${code}${ms} ms)`;
}

await installTestcontainers();
const only = textOption('--only');
const results = [];
try {
  for (const scenario of scenarios.filter(({ name }) => !only || name.includes(only))) {
    writeFileSync(file, composeText(scenario));
    const result = { name: scenario.name, expected: scenario.expected, seconds: scenario.seconds };
    for (const [name, tool] of Object.entries(tools)) result[name] = await judge(scenario, tool);
    results.push(result);
    process.stderr.write(`${results.length} of ${scenarios.length}: ${scenario.name}\n`);
  }
} finally {
  await cleanOurs();
  rmSync(folder, { recursive: true, force: true });
}
if (!only) keep('readiness.json', { about: ABOUT_TESTCONTAINERS, results });
const names = Object.keys(tools);
const rows = results.map((r) => [r.name, r.expected, ...names.map((name) => cell(r[name]))]);
const right = names.map((name) => `${results.filter((r) => r[name].right).length} of ${results.length} right`);
console.log(`Bold is wrong. Last column: ${ABOUT_TESTCONTAINERS}.\n`);
const head = ['scenario', 'right answer', 'docker-manual', 'compose up -d --wait', 'testcontainers'];
console.log(table(head, [...rows, ['', '', ...right]]));
