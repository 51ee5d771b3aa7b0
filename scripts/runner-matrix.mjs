// Every test runner with its example, on every Node it runs on: npm run runners [-- OPTIONS]
//
//   --only vitest-5    one runner            --node 24     one version of Node
//   --deaths           also the ways in which a run ends without its teardown, and how long its environment outlives it
//   --cases            also the plugin's own tests (test/surfaces/runner/vitest.docker.test.ts) in every version of vitest
//
// What is missing (runners, other versions of Node) is installed below .cache. Needs `npm run build` and a Docker engine.
// Also four suites of each runner at once. Raw results go to bench/results/runners.json; exit code 1 when anything is wrong.
import { spawnSync } from 'node:child_process';
import { keep, numberOption, table, textOption } from '../bench/support/figures.mjs';
import { DEATHS, die, dieAlone, TARGET } from './runners/deaths.mjs';
import { project, RUNNERS } from './runners/projects.mjs';
import { Place, projectsIn, start } from './runners/suite.mjs';

const TOGETHER = 4;
const only = textOption('--only');
const node = numberOption('--node', undefined);
const runners = Object.keys(RUNNERS).filter((name) => only === undefined || name === only);
const cells = runners.flatMap((runner) =>
  RUNNERS[runner].nodes.filter((each) => node === undefined || each === node).map((each) => ({ runner, node: each })),
);
const result = { target: { cleanMs: TARGET }, suites: [], deaths: [], cases: [] };
let wrong = 0;

if (cells.length === 0) {
  console.error(`nothing to run; runners: ${Object.keys(RUNNERS).join(', ')}`);
  process.exit(2);
}

function note(row, good, output) {
  if (good) return;
  wrong += 1;
  console.error(`${JSON.stringify(row)}\n${output ?? ''}`);
}

/** `count` suites at the same moment, of one checkout and one state folder: each has to have an environment of its own. */
async function suites({ runner, node }, count) {
  const made = project(runner, node, `${count}`);
  const place = new Place();
  const ended = await Promise.all(Array.from({ length: count }, () => start(made, place.env()).ended));
  const cleanMs = await place.untilClean(TARGET);
  place.remove();
  const environments = new Set(ended.flatMap(({ output }) => projectsIn(output))).size;
  const row = { runner, node, suites: count, codes: ended.map((each) => each.code), environments, cleanMs };
  const good = row.codes.every((code) => code === 0) && environments === count && cleanMs !== null;
  note(row, good, ended.find(({ code }) => code !== 0)?.output);
  return { ...row, ms: ended.map((each) => each.ms) };
}

for (const cell of cells) result.suites.push(await suites(cell, 1));
for (const cell of cells.filter(({ node }, i) => cells[i - 1]?.runner !== cells[i].runner || node === undefined)) {
  result.suites.push(await suites(cell, TOGETHER));
}
console.log(
  table(
    ['runner', 'Node', 'suites at once', 'exit codes', 'environments', 'nothing left after'],
    result.suites.map((s) =>
      [s.runner, s.node, s.suites, s.codes.join(' '), s.environments, `${s.cleanMs} ms`].map(String),
    ),
  ),
);

if (process.argv.includes('--deaths')) {
  const alone = [await dieAlone(), await dieAlone(), await dieAlone()].map(({ cleanMs }) => cleanMs);
  result.deaths.push({ runner: 'a plain process', death: 'SIGKILL', cleanMs: alone });
  const text = ({ skipped, code, cleanMs }) => skipped ?? `${cleanMs} ms (exit ${code})`;
  const first = runners.flatMap((runner) => cells.filter((cell) => cell.runner === runner).slice(0, 1));
  for (const { runner, node } of first) {
    for (const death of DEATHS) {
      const { problem, ...row } = { runner, node, death: death.name, ...(await die(runner, node, death)) };
      note(row, !problem && row.cleanMs !== null, problem);
      result.deaths.push(row);
      console.error(`${runner} on Node ${node}, ${death.name}: ${text(row)}`);
    }
  }
  console.log(`\nNothing left, after the runner's end (a plain process killed: ${alone.join(', ')} ms):\n`);
  console.log(
    table(
      ['runner', 'Node', ...DEATHS.map(({ name }) => name)],
      first.map(({ runner, node }) => {
        const rows = result.deaths.filter((row) => row.runner === runner);
        return [runner, String(node), ...rows.map(text)];
      }),
    ),
  );
}

if (process.argv.includes('--cases')) {
  for (const { runner, node } of cells.filter((cell) => cell.runner.startsWith('vitest'))) {
    const env = { ...process.env, VITEST_UNDER_TEST: runner, NODE_UNDER_TEST: String(node) };
    const args = ['vitest', 'run', 'test/surfaces/runner/vitest.docker.test.ts'];
    const { status, stdout } = spawnSync('npx', args, { env, encoding: 'utf8' });
    note({ runner, node, cases: status }, status === 0, stdout);
    result.cases.push({ runner, node, code: status });
    console.log(`the plugin's own tests in ${runner} on Node ${node}: ${status === 0 ? 'pass' : 'FAIL'}`);
  }
}

if (only === undefined && node === undefined) keep('runners.json', result);
process.exitCode = wrong > 0 ? 1 : 0;
