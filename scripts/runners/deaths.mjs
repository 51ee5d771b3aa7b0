// The ways in which a test run ends without its teardown, and how long its environment outlives it.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { project, RUNNERS } from './projects.mjs';
import { Place, projectsIn, start } from './suite.mjs';

/** What a death may leave has to be gone within so many milliseconds after the runner's end. */
export const TARGET = 2000;
/** How long is looked at it, so that a machine that is busy gives a figure, too. Milliseconds. */
const LIMIT = 20_000;

/** A test that says where it runs and never ends; `fail`: one that fails. `FILE` and `TITLE` are as each runner has them. */
const HOLD =
  "require('node:fs').writeFileSync(process.env.HOLD_FILE, String(process.pid)); await new Promise((r) => setTimeout(r, 600_000));";
const FAIL = "throw new Error('this test fails');";
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);\n";
const THROWS = "throw new Error('the setup after ours fails');";

/** For each example: a test with a body, and a setup that runs after ours and throws. */
const EXAMPLES = {
  vitest: {
    test: (body) => [
      'test/extra.test.ts',
      `${REQUIRE}import { it } from 'vitest';\nit('extra', async () => { ${body} }, 0);\n`,
    ],
    setupAfter: [
      ['after.js', `export default () => { if (!process.env.DATABASE_URL) process.exit(9); ${THROWS} };\n`],
      [
        'vitest.config.ts',
        "import { dockerManual } from 'docker-manual/vitest';\nexport default { plugins: [dockerManual()], test: { globalSetup: 'after.js' } };\n",
      ],
    ],
  },
  jest: {
    test: (body) => ['test/extra.test.js', `test('extra', async () => { ${body} }, 600_000);\n`],
    setupAfter: [
      [
        'after.js',
        `module.exports = async (...all) => { await (await import('docker-manual/jest/setup')).default(...all); ${THROWS} };\n`,
      ],
      [
        'jest.config.js',
        "module.exports = { globalSetup: './after.js', globalTeardown: 'docker-manual/jest/teardown' };\n",
      ],
    ],
  },
  playwright: {
    test: (body) => [
      'test/extra.spec.ts',
      `${REQUIRE}import { test } from '@playwright/test';\ntest('extra', async () => { test.setTimeout(0); ${body} });\n`,
    ],
    setupAfter: [
      ['after.ts', `export default () => { ${THROWS} };\n`],
      [
        'playwright.config.ts',
        "export default { testDir: 'test', reporter: 'line', globalSetup: ['docker-manual/playwright', './after.ts'] };\n",
      ],
    ],
  },
  mocha: {
    test: (body) => [
      'test/extra.test.js',
      `${REQUIRE}import { it } from 'mocha';\nit('extra', async function () { this.timeout(0); ${body} });\n`,
    ],
    setupAfter: [
      ['after.js', `export const mochaGlobalSetup = () => { ${THROWS} };\n`],
      ['.mocharc.json', '{ "require": ["global-setup.js", "after.js"], "spec": ["test/*.test.js"] }'],
    ],
  },
  'node-test': {
    test: (body) => [
      'test/extra.test.js',
      `${REQUIRE}import { test } from 'node:test';\ntest('extra', async () => { ${body} });\n`,
    ],
    setupAfter: [
      [
        'global-setup.js',
        `import * as ours from 'docker-manual/node-test';\nexport const globalSetup = async () => { await ours.globalSetup(); ${THROWS} };\nexport const { globalTeardown } = ours;\n`,
      ],
    ],
  },
};

/** What is done to a run. A death without `strike` lies in the project itself. */
export const DEATHS = [
  { name: 'Ctrl-C', terminal: true, strike: ({ child }) => child.stdin.write('\x03') },
  { name: 'SIGTERM', strike: ({ child }) => child.kill('SIGTERM') },
  { name: 'SIGKILL', strike: ({ child }) => child.kill('SIGKILL') },
  { name: 'worker killed', strike: (_, worker) => process.kill(worker, 'SIGKILL') },
  { name: 'later setup throws', prepare: (example) => example.setupAfter, fails: 'the setup after ours fails' },
  { name: 'test fails', prepare: (example) => [example.test(FAIL)], fails: 'this test fails' },
];

/**
 * One death of one runner, in a state folder of its own.
 *
 * @returns { code, cleanMs (after the runner's own end; null: never), skipped?, problem? }
 */
export async function die(runner, node, death) {
  if (death.terminal && !hasTerminal()) return { skipped: 'python3 with pty is not there' };
  if (runner === 'node-test-run' && death.name === 'later setup throws') return { skipped: 'it has no setups' };
  const made = project(runner, node, 'death');
  const example = EXAMPLES[RUNNERS[runner].example];
  const changes = death.prepare ? death.prepare(example) : [example.test(HOLD)];
  for (const [name, text] of changes) writeFileSync(join(made.folder, name), text);
  return inPlace((place) => struck(made, place, death));
}

/** The same without any runner: a plain process that holds an environment and is killed. What a runner is compared to. */
export function dieAlone() {
  const made = project('vitest-4', undefined, 'alone');
  const body = `import { openRun } from 'docker-manual/run';\nawait openRun();\n${REQUIRE}${HOLD}\n`;
  writeFileSync(join(made.folder, 'alone.mjs'), body);
  const alone = { ...made, command: [process.execPath, 'alone.mjs'] };
  return inPlace((place) =>
    struck(
      alone,
      place,
      DEATHS.find(({ name }) => name === 'SIGKILL'),
    ),
  );
}

async function inPlace(work) {
  const place = new Place();
  try {
    return await work(place);
  } finally {
    place.remove();
  }
}

async function struck(made, place, death) {
  const holdFile = join(place.stateDir, '..', 'held');
  const terminal = new URL('terminal.py', import.meta.url).pathname;
  const command = death.terminal ? ['python3', terminal, ...made.command] : made.command;
  const suite = start({ ...made, command }, place.env({ HOLD_FILE: holdFile }), {
    stdin: death.terminal ? 'pipe' : 'ignore',
  });
  if (death.strike) {
    const worker = await Promise.race([appears(holdFile), suite.ended]);
    if (typeof worker !== 'number') return { problem: `ended before it was struck: ${worker.output}` };
    const left = await place.left();
    if (left.length === 0) return { problem: 'there was no environment to be left' };
    death.strike(suite, worker);
  }
  const { code, signal, output } = await suite.ended;
  const cleanMs = await place.untilClean(LIMIT);
  endOrphan(holdFile);
  const told = !death.fails || output.includes(death.fails);
  const problem = told && (death.strike || projectsIn(output).length === 1) ? {} : { problem: output };
  return { code: code ?? signal, cleanMs, ...problem };
}

/** A worker of vitest 3 goes on at full speed when its main process was killed. Ours is known by its variables. */
function endOrphan(holdFile) {
  try {
    const worker = Number(readFileSync(holdFile, 'utf8'));
    if (readFileSync(`/proc/${worker}/environ`, 'utf8').includes(holdFile)) process.kill(worker, 'SIGKILL');
  } catch {
    // it never ran, or has ended
  }
}

/** The number that a held test has written into the file. */
function appears(file) {
  return new Promise((resolve) => {
    const folder = dirname(file);
    const watcher = watch(folder, look);
    function look() {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
      if (text === '') return;
      watcher.close();
      resolve(Number(text));
    }
    look();
  });
}

function hasTerminal() {
  try {
    execFileSync('python3', ['-c', 'import pty'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
