// What the Action costs a job before anything is started: the size of its bundle, and how long its parts take to begin.
//   node scripts/action/cost.mjs        five runs of each; the median
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNode, nodeBinary } from '../node-versions.mjs';
import { sizes } from './bundle.mjs';

const FOLDER = fileURLToPath(new URL('../../action', import.meta.url));
const RUNS = 5;

/** @returns milliseconds, the median */
function time(args, env = {}) {
  const taken = Array.from({ length: RUNS }, () => {
    const from = performance.now();
    spawnSync(nodeBinary(24), args, { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } });
    return performance.now() - from;
  });
  return Math.round(taken.sort((a, b) => a - b)[RUNS >> 1]);
}

installNode(24);
const state = mkdtempSync(join(tmpdir(), 'dm-cost-'));
try {
  const made = sizes(FOLDER);
  const bytes = Object.values(made).reduce((sum, size) => sum + size, 0);
  // A wrong input ends main when everything that it begins with is loaded; post without main ends at once.
  const files = Object.fromEntries(
    ['GITHUB_STATE', 'GITHUB_STEP_SUMMARY'].map((name) => {
      writeFileSync(join(state, name), '');
      return [name, join(state, name)];
    }),
  );
  const cli = join(FOLDER, 'surfaces/cli/main.js');
  const figures = {
    files: Object.keys(made).length,
    KiB: Math.round(bytes / 1024),
    'node alone, ms': time(['-e', '']),
    'main until it reads its inputs, ms': time([join(FOLDER, 'surfaces/action/main.js')], {
      ...files,
      INPUT_LOGS: 'x',
    }),
    'post without main, ms': time([join(FOLDER, 'surfaces/action/post.js')]),
    'docker-manual status, ms': time([cli, 'status', '--state-dir', join(state, 'store')]),
  };
  for (const [what, figure] of Object.entries(figures)) console.log(`${String(figure).padStart(6)}  ${what}`);
} finally {
  rmSync(state, { recursive: true });
}
