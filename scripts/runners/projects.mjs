// The test runners, each as a user has it: installed into a folder of its own below .cache/runners, with the example of
// its kind and this package as npm would install it. None of them is a dependency of this project.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, installNode, nodeBinary, npmInstall, THIS_NODE } from '../node-versions.mjs';

const ROOT = new URL('../../', import.meta.url).pathname;

/** `packages`: what has to be installed (vitest 4 is this project's own). `nodes`: the versions that it runs on. */
export const RUNNERS = {
  'vitest-3': { example: 'vitest', packages: { vitest: '~3.2.7' }, nodes: [20, 22, 24] },
  'vitest-4': { example: 'vitest', packages: {}, nodes: [20, 22, 24] },
  'vitest-5': { example: 'vitest', packages: { vitest: '^5.1.1' }, nodes: [22, 24] },
  jest: {
    example: 'jest',
    packages: { jest: '^30.5.2' },
    overrides: { 'unrs-resolver': '1.12.2' },
    nodes: [20, 22, 24],
  },
  playwright: { example: 'playwright', packages: { '@playwright/test': '^1.65.1' }, nodes: [20, 22, 24] },
  mocha: { example: 'mocha', packages: { mocha: '^12.0.3' }, nodes: [20, 22, 24] },
  'node-test': { example: 'node-test', packages: {}, nodes: [24] },
  // --test-global-setup is there from Node 24 on.
  'node-test-run': { example: 'node-test', packages: {}, nodes: [20, 22] },
};

const COMMANDS = {
  vitest: ({ runner }) => [moduleOf(runner, 'vitest/vitest.mjs'), 'run'],
  jest: ({ runner }) => [moduleOf(runner, 'jest/bin/jest.js'), '--maxWorkers=2'],
  playwright: ({ runner }) => [moduleOf(runner, '@playwright/test/cli.js'), 'test', '--workers=2'],
  mocha: ({ runner }) => [moduleOf(runner, 'mocha/bin/mocha.js'), '--parallel', '--jobs=2'],
  'node-test': () => ['--test', '--test-global-setup=global-setup.js'],
};

/** Whether this pair is installed already, so that a test may use it. */
export function isInstalled(runner, node = THIS_NODE) {
  return existsSync(nodeBinary(node)) && RUNNERS[runner].nodes.includes(node) && packagesMissing(runner).length === 0;
}

/**
 * Installs what is missing and lays out a fresh project from the example.
 *
 * @returns { runner, node, folder, command (file and arguments) }
 */
export function project(runner, node = THIS_NODE, name = 'suite') {
  const { example } = RUNNERS[runner];
  installNode(node);
  installRunner(runner);
  const modules = installPackage(node, `${runner}-${name}`);
  const folder = join(CACHE, 'runners', runner, `node-${node}-${name}`);
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(ROOT, 'examples', example), folder, { recursive: true });
  symlinkSync(modules, join(folder, 'node_modules'));
  const made = { runner, node, folder };
  const args = runner === 'node-test-run' ? wrapped(folder, node) : COMMANDS[example](made);
  return { ...made, command: [nodeBinary(node), ...args] };
}

function wrapped(folder, node) {
  const cli = join(folder, 'node_modules/docker-manual/dist/surfaces/cli/main.js');
  return [cli, 'run', '--', nodeBinary(node), '--test'];
}

function installRunner(runner) {
  if (packagesMissing(runner).length === 0) return;
  const { packages, overrides } = RUNNERS[runner];
  npmInstall(join(CACHE, 'runners', runner), packages, { overrides });
}

function packagesMissing(runner) {
  return Object.keys(RUNNERS[runner].packages).filter((name) => !existsSync(moduleOf(runner, name)));
}

function moduleOf(runner, path) {
  const own = Object.keys(RUNNERS[runner].packages).length > 0;
  return join(own ? join(CACHE, 'runners', runner) : ROOT, 'node_modules', path);
}

/**
 * This package as it is now, beside what it needs and away from what the runner needs, as npm would nest it. This Node
 * finds that in the project's own node_modules; another needs another build of better-sqlite3.
 *
 * @returns a node_modules folder for `user` alone
 */
function installPackage(node, user) {
  const folder = join(CACHE, 'runners', `package-node-${node}`);
  if (node !== THIS_NODE && !existsSync(join(folder, 'node_modules/better-sqlite3'))) {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    npmInstall(folder, dependencies, {}, nodeBinary(node));
  }
  const modules = join(folder, user, 'node_modules');
  const place = join(modules, 'docker-manual');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  for (const name of ['package.json', 'dist']) cpSync(join(ROOT, name), join(place, name), { recursive: true });
  return modules;
}
