// What the tests run of src/: npm run coverage [-- TEST…]
//
// Two kinds of process run it: vitest's own, and the commands, watchdogs and test runners that tests start, from dist/.
// Both are measured and put together line by line; a process that is killed tells nothing. Takes half as long again as the
// tests alone. Below the floors the exit code is 1; figures go to bench/results/coverage.json.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const ROOT = new URL('../', import.meta.url).pathname;
/** Per cent of lines. */
const FLOORS = { 'src/domain': 95, src: 85 };
const folder = mkdtempSync(join(tmpdir(), 'dm-coverage-'));
const bin = (name) => join(ROOT, 'node_modules/.bin', name);

/** File → line → whether it was run, of every line that is something to run. */
function linesOf(report) {
  const files = new Map();
  for (const [path, { statementMap, s }] of Object.entries(JSON.parse(readFileSync(report, 'utf8')))) {
    const lines = new Map();
    for (const [id, { start }] of Object.entries(statementMap)) {
      lines.set(start.line, (lines.get(start.line) ?? false) || s[id] > 0);
    }
    files.set(relative(ROOT, path), lines);
  }
  return files;
}

function figures(files, prefix) {
  const lines = [...files].filter(([path]) => path.startsWith(`${prefix}/`)).flatMap(([, each]) => [...each.values()]);
  const run = lines.filter(Boolean).length;
  return { lines: lines.length, run, percent: Math.round((1000 * run) / lines.length) / 10 };
}

try {
  execFileSync(bin('tsc'), ['-p', 'tsconfig.build.json', '--sourceMap'], { cwd: ROOT, stdio: 'inherit' });
  const own = join(folder, 'own');
  const options = [
    '--coverage',
    '--coverage.include=src/**/*.ts',
    '--coverage.reporter=json',
    '--coverage.reportOnFailure',
  ];
  const vitest = ['run', ...options, `--coverage.reportsDirectory=${own}`, ...process.argv.slice(2)];
  const { status } = spawnSync(bin('vitest'), vitest, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, DM_TEST_COVERAGE: join(folder, 'raw') },
  });
  const started = join(folder, 'started');
  const c8 = ['report', '--temp-directory', join(folder, 'raw'), '--reporter', 'json', '--reports-dir', started];
  execFileSync(bin('c8'), [...c8, '--exclude-after-remap', '--include', 'src/**', '--src', 'src'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  const files = linesOf(join(own, 'coverage-final.json'));
  for (const [path, lines] of linesOf(join(started, 'coverage-final.json'))) {
    const known = files.get(path);
    // What counts as a line is vitest's to say: it reads the source, and not what is made of it.
    for (const [line, wasRun] of lines) if (wasRun && known?.has(line)) known.set(line, true);
  }
  const parts = ['domain', 'engine', 'manager', 'redirect', 'store', 'surfaces', 'watchdog'].map(
    (name) => `src/${name}`,
  );
  const report = Object.fromEntries(['src', ...parts].map((part) => [part, figures(files, part)]));
  const least = [...files]
    .map(([path, lines]) => ({ path, missing: [...lines].flatMap(([line, wasRun]) => (wasRun ? [] : [line])) }))
    .sort((a, b) => b.missing.length - a.missing.length);
  for (const { path, missing } of least.slice(0, 25)) console.log(`${path}: ${missing.join(' ')}`);
  for (const [part, { run, lines, percent }] of Object.entries(report))
    console.log(`${part}: ${percent} % (${run} of ${lines})`);
  writeFileSync(
    join(ROOT, 'bench/results/coverage.json'),
    `${JSON.stringify({ floors: FLOORS, ...report }, null, 2)}\n`,
  );
  const low = Object.entries(FLOORS).filter(([part, floor]) => report[part].percent < floor);
  for (const [part, floor] of low) console.error(`${part} is below ${floor} %`);
  process.exitCode = status || low.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
  // Without the maps, which are in no package.
  execFileSync('npm', ['run', '--silent', 'rebuild'], { cwd: ROOT, stdio: 'inherit' });
}
