// What the door for test runners adds to an environment's start: node bench/runner.mjs [--runs N]
//
// In a fresh process each: the setup of vitest, and the manager's own `acquire`; from the call to its end, without what the
// acquire itself says that it took. Both load the same libraries; what is left is what the setup adds. The medians of
// one run of this bench are compared; raw runs go to bench/results/runner.json.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from './support/command.mjs';
import { alternate, keep, median, numberOption } from './support/figures.mjs';

const TARGET_MS = 50;
const runs = numberOption('--runs', 7);
const folder = mkdtempSync(join(tmpdir(), 'dm-runner-bench-'));
writeFileSync(
  join(folder, 'compose.yml'),
  `services: { web: { image: ${process.env.FIXTURE_IMAGE ?? 'dm-test-fixture'}, ports: ["8080"] } }\n`,
);

/** Prints the milliseconds of the call, and of the acquire in it by its own account. */
const CHILD = `
import { createManager } from 'DIST/index.js';
const cwd = process.argv[1];
const stateDir = cwd + '/state';
const manager = createManager({ stateDir });
const own = ({ timeline }) => timeline.steps.total;
let from, call, record, end;
if (process.argv[2] === 'acquire') {
  from = performance.now();
  const lease = await manager.acquire({ cwd });
  call = performance.now() - from;
  record = lease.record;
  end = () => lease.release();
} else {
  const { default: setup } = await import('DIST/surfaces/runner/vitest-setup.js');
  const options = { dockerManualOptions: { manager: { stateDir } } };
  const project = { name: '', config: { root: cwd }, vitest: { projects: [], config: {} }, getProvidedContext: () => options, provide() {}, isRootProject: () => true };
  from = performance.now();
  end = await setup(project);
  call = performance.now() - from;
  [{ record }] = await manager.status();
}
console.log(JSON.stringify({ call: Math.round(call), acquire: own(record) }));
await end();
await manager.close();
`.replaceAll('DIST', new URL('../dist', import.meta.url).href);

async function sample(kind) {
  const { stdout } = await must(process.execPath, ['--input-type=module', '-e', CHILD, '--', folder, kind]);
  return JSON.parse(stdout);
}

try {
  const samples = await alternate(runs, [
    { name: 'acquire', run: () => sample('acquire') },
    { name: 'setup', run: () => sample('setup') },
  ]);
  const beyond = (name) => Math.round(median(samples[name].map(({ call, acquire }) => call - acquire)));
  const added = beyond('setup') - beyond('acquire');
  console.log(`beyond the acquire's own time: acquire() ${beyond('acquire')} ms, the setup ${beyond('setup')} ms`);
  console.log(`added by the setup: ${added} ms (target ≤ ${TARGET_MS} ms, ${added <= TARGET_MS ? 'ok' : 'NOT'})`);
  keep('runner.json', { targetMs: TARGET_MS, addedMs: added, samples });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
