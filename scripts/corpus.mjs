// Plans every compose file below a folder and says what became of it: npm run corpus -- FOLDER [--json] [--engine]
//
// "planned": accepted by Compose, isolated without help, and two copies proved disjoint by Compose's own resolution.
// "decision": the file holds things that only the user can decide; it is planned again with every decision taken.
// With --engine two copies of one stack a repository are started as well (corpus-engine.mjs).
// "refused": Compose itself does not accept the file alone. Anything else is a bug, and the exit code is 1.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createManager, EnvironmentError } from '../dist/index.js';

const EVERYTHING = { external: 'fresh', hostNetwork: 'convert', binds: 'private', foreign: 'share' };

const [folder, ...flags] = process.argv.slice(2);
if (!folder) {
  console.error('usage: npm run corpus -- FOLDER [--json] [--engine]');
  process.exit(2);
}

function* composeFiles(root) {
  for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && /\.ya?ml$/.test(entry.name)) yield join(entry.parentPath ?? entry.path, entry.name);
  }
}

async function planOne(manager, file) {
  const options = { files: [file], name: 'corpus', twice: true };
  try {
    const first = await manager.plan(options);
    const report = first.open.length > 0 ? await manager.plan({ ...options, decisions: EVERYTHING }) : first;
    const classes = new Set(first.hazards.map((hazard) => hazard.class));
    const worst = ['decision', 'notice', 'silent'].find((name) => classes.has(name)) ?? 'none';
    if (report.open.length > 0) return { file, result: 'bug', why: `undecidable: ${report.open[0].kind}` };
    if (!report.disjoint) return { file, result: 'bug', why: `in common: ${report.common.join(', ')}` };
    const result = first.open.length > 0 ? 'decision' : 'planned';
    return { file, result, worst, why: reasons(first.open), services: first.services.length };
  } catch (error) {
    if (error instanceof EnvironmentError && error.code === 'COMPOSE_FILE_INVALID') {
      return { file, result: 'refused', why: String(error.params.reason) };
    }
    return { file, result: 'bug', why: error.stack };
  }
}

async function runOnEngine() {
  const { runTwice } = await import('./corpus-engine.mjs');
  const planned = results.filter((each) => each.result === 'planned' || each.result === 'decision');
  return runTwice(manager, folder, planned, process.env.FIXTURE_IMAGE ?? 'dm-test-fixture', EVERYTHING);
}

function reasons(open) {
  return [...new Set(open.map((hazard) => hazard.kind))].join(', ');
}

const stateDir = mkdtempSync(join(tmpdir(), 'dm-corpus-'));
// Values for variables that a file requires are not known here; such files are refused, with Compose's words.
const manager = createManager({ stateDir });
const results = [];
const queue = [...composeFiles(folder)].filter((file) =>
  /^(\s*services|include)\s*:/m.test(readFileSync(file, 'utf8')),
);
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (let file = queue.shift(); file; file = queue.shift()) results.push(await planOne(manager, file));
  }),
);
const runs = flags.includes('--engine') ? await runOnEngine() : [];
await manager.close();
rmSync(stateDir, { recursive: true, force: true });

results.sort((a, b) => (a.file < b.file ? -1 : 1));
if (flags.includes('--json')) console.log(JSON.stringify(results, null, 2));
else {
  for (const { file, result, worst = '', why = '' } of results) {
    console.log(
      `${result.padEnd(9)} ${worst.padEnd(9)} ${relative(folder, file)}${why ? `  (${why.split('\n')[0]})` : ''}`,
    );
  }
}
const count = (result) => results.filter((each) => each.result === result).length;
console.log(
  `\n${results.length} files: ${count('planned')} planned, ${count('decision')} ask for a decision, ${count('refused')} refused by Compose, ${count('bug')} bugs`,
);
for (const { file, why } of results.filter((each) => each.result === 'bug')) console.error(`BUG ${file}\n${why}`);
for (const { file, ok, services, ms, why } of runs) {
  console.log(`${ok ? 'twice' : 'FAILED'}  ${file}  ${ok ? `${services} services, ${ms} ms` : why}`);
}
if (runs.length > 0)
  console.log(`\n${runs.filter((run) => run.ok).length} of ${runs.length} repositories ran twice at once`);
process.exitCode = count('bug') > 0 || runs.some((run) => !run.ok) ? 1 : 0;
