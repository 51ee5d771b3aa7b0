import { type ContainerStats, createManager, type Stats } from '../../index.js';
import { managerOptions } from './acquire-options.js';
import { printData } from './output.js';
import { endOnSignals } from './signals.js';
import { table } from './table.js';

interface StatsFlags {
  readonly follow?: boolean;
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function stats(words: readonly string[], flags: StatsFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  const signal = endOnSignals();
  try {
    const { name, rest } = await manager.find({ words, signal });
    const which = { ...(name === undefined ? {} : { name }), services: rest, signal };
    do {
      const found = await manager.stats(which);
      if (flags.json) print(found, flags.follow === true);
      else process.stdout.write(statsTable(found));
    } while (flags.follow && !signal.aborted);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await manager.close();
  }
}

function print(found: Stats, oneLine: boolean): void {
  if (oneLine) process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...found })}\n`);
  else printData(found);
}

export function statsTable({ usage }: Pick<Stats, 'usage'>): string {
  const head = ['SERVICE', 'CPU', 'MEMORY', 'NETWORK IN / OUT', 'DISK IN / OUT', 'PROCESSES'];
  return `${table([head, ...Object.entries(usage).map(([name, used]) => row(name, used))])}\n`;
}

function row(name: string, used: ContainerStats | null): string[] {
  if (!used) return [name, '-', 'does not run', '-', '-', '-'];
  return [
    name,
    `${used.cpuPercent.toFixed(1)} %`,
    `${size(used.memoryBytes)} of ${size(used.memoryLimitBytes)}`,
    `${size(used.receivedBytes)} / ${size(used.sentBytes)}`,
    `${size(used.readBytes)} / ${size(used.writtenBytes)}`,
    String(used.processes),
  ];
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

function size(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const number = bytes / 1000 ** unit;
  return `${unit === 0 ? number : number.toFixed(1)} ${UNITS[unit]}`;
}
