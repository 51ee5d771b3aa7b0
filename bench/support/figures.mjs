import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** One figure with its target: "0.31 (target ≤ 0.40, ok)". */
export function against(value, target) {
  return `${value.toFixed(2)} (target ≤ ${target.toFixed(2)}, ${value <= target ? 'ok' : 'NOT'})`;
}

/** Calls each of `kinds` once a round, every other round in the opposite order: what drifts hits all of them alike. */
export async function alternate(runs, kinds) {
  const samples = Object.fromEntries(kinds.map(({ name }) => [name, []]));
  for (let round = 0; round < runs; round++) {
    for (const { name, run } of round % 2 === 0 ? kinds : kinds.toReversed()) samples[name].push(await run(round));
  }
  return samples;
}

/** Keeps the raw runs below bench/results, with what the machine was doing at the end. */
export function keep(file, result) {
  const folder = new URL('../results/', import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  const machine = {
    node: process.version,
    cores: cpus().length,
    load: loadavg().map((each) => Number(each.toFixed(1))),
  };
  writeFileSync(`${folder}${file}`, `${JSON.stringify({ machine, ...result }, null, 1)}\n`);
}

/** A markdown table; cells are text. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function numberOption(name, fallback) {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

export function textOption(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}
