import { criticalPath, type EnvironmentStatus, type Timeline } from '../../index.js';
import { table } from './table.js';

/** Columns of a bar. */
const WIDTH = 40;

/** Where the seconds of each environment's start went: its steps, its services as bars, and what decided the total. */
export function timelineText(environments: readonly EnvironmentStatus[]): string {
  return environments
    .map(({ record }) =>
      record.timeline ? `\n${record.project}\n${one(record.timeline)}` : `\n${record.project}: not ready yet\n`,
    )
    .join('');
}

function one(timeline: Timeline): string {
  const { total = 0, ...steps } = timeline.steps;
  const stepText = Object.entries(steps).map(([step, ms]) => `${step} ${ms} ms`);
  const rows = Object.entries(timeline.services)
    .sort(([, a], [, b]) => a.started - b.started)
    .map(([name, { started, ready }]) => ['', name, bar(started, ready, total), `${ready - started} ms`]);
  const path = criticalPath(timeline).join(' -> ');
  return `  ${stepText.join(', ')}; total ${total} ms\n${table(rows)}\n  the longest chain: ${path}\n`;
}

function bar(from: number, to: number, total: number): string {
  const at = (ms: number) => Math.min(WIDTH, Math.round((ms / Math.max(1, total)) * WIDTH));
  return `${'.'.repeat(at(from))}${'#'.repeat(Math.max(1, at(to) - at(from)))}`.padEnd(WIDTH + 1, '.');
}
