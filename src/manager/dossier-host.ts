import { readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import type { Engine } from '../engine/engine.js';

/** How the machine was at the moment of the failure: too full a machine looks like a broken service. */
export interface HostState {
  readonly cpus: number;
  /** 1, 5 and 15 minutes. */
  readonly load: readonly number[];
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number };
  /** Linux's pressure figures as the kernel prints them; absent elsewhere. */
  readonly pressure: Readonly<Record<string, string>>;
  readonly stateFolder: { readonly freeBytes: number } | null;
  /** Of this machine's engine, whoever they belong to; null where it did not answer. */
  readonly containers: { readonly all: number; readonly running: number } | null;
}

/** Whatever of it can be had. */
export async function hostState(engine: Engine, stateDir: string, signal: AbortSignal): Promise<HostState> {
  const [containers, disk, memory, ...pressure] = await Promise.all([
    engine.containers({}, signal).catch(() => null),
    statfs(stateDir).catch(() => null),
    availableMemory(),
    ...['cpu', 'memory', 'io'].map(async (name) => [name, await textOf(`/proc/pressure/${name}`)] as const),
  ]);
  return {
    cpus: cpus().length,
    load: loadavg(),
    memory: { totalBytes: memory.total, freeBytes: memory.free },
    pressure: Object.fromEntries(pressure.filter(([, text]) => text !== '')),
    stateFolder: disk && { freeBytes: disk.bavail * disk.bsize },
    containers: containers && {
      all: containers.length,
      running: containers.filter((c) => c.status === 'running').length,
    },
  };
}

/** Free memory with what the kernel would give back; `os.freemem` leaves that out on older Node. Bytes. */
export async function availableMemory(): Promise<{ free: number; total: number }> {
  const kilobytes = /^MemAvailable:\s+(\d+)/m.exec(await textOf('/proc/meminfo'))?.[1];
  return { free: kilobytes === undefined ? freemem() : Number(kilobytes) * 1024, total: totalmem() };
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => '',
  );
}
