// How instant the command feels: node bench/cli.mjs [--runs N]
//
// `docker-manual --help`, and `status` with ten environments, against a Node process that does nothing. Medians, one of
// each a round, every other round in the opposite order. Raw runs go to bench/results/cli.json.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManager } from '../dist/index.js';
import { must } from './support/command.mjs';
import { against, alternate, keep, median, numberOption } from './support/figures.mjs';

const IMAGE = process.env.FIXTURE_IMAGE ?? 'dm-test-fixture';
const CLI = new URL('../dist/surfaces/cli/main.js', import.meta.url).pathname;
const ENVIRONMENTS = 10;
const runs = numberOption('--runs', 15);
const folder = mkdtempSync(join(tmpdir(), 'dm-cli-'));
const stateDir = join(folder, 'state');
const manager = createManager({ stateDir });

async function node(...args) {
  return (await must(process.execPath, args)).ms;
}

async function measure() {
  const file = join(folder, 'compose.yml');
  // No probes: ten of them would be what is measured.
  writeFileSync(
    file,
    `services: { web: { image: "${IMAGE}", ports: ["8080:8080"], healthcheck: { disable: true } } }\n`,
  );
  for (let i = 0; i < ENVIRONMENTS; i++) await manager.acquire({ files: [file], name: 'cli' });
  const empty = join(folder, 'empty.mjs');
  writeFileSync(empty, '');
  return alternate(runs, [
    { name: 'empty', run: () => node(empty) },
    { name: 'help', run: () => node(CLI, '--help') },
    { name: 'status', run: () => node(CLI, 'status', '--state-dir', stateDir) },
    { name: 'statusJson', run: () => node(CLI, 'status', '--json', '--state-dir', stateDir) },
  ]);
}

async function cleanUp() {
  const { kept } = await manager.clean({ all: true });
  await manager.close();
  if (kept.length > 0) throw new Error(`left: ${JSON.stringify(kept)}`);
  rmSync(folder, { recursive: true, force: true });
}

const samples = await measure().finally(cleanUp);
keep('cli.json', samples);
const ms = (name) => median(samples[name]);
const ratio = (name) => ms(name) / ms('empty');
console.log(`${runs} runs each; an empty Node process takes ${ms('empty')} ms`);
console.log(`docker-manual --help           ${against(ratio('help'), 1.6)} (${ms('help')} ms)`);
console.log(`status, ${ENVIRONMENTS} environments        ${against(ratio('status'), 3.5)} (${ms('status')} ms)`);
console.log(`status --json, the same        ${against(ratio('statusJson'), 3.5)} (${ms('statusJson')} ms)`);
