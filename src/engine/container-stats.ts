import type Docker from 'dockerode';
import type { ContainerStats } from './engine.js';

type Raw = Docker.ContainerStats;

/** The engine's two samples, one second apart, as figures for people. Undefined for a container that does not run. */
export function containerStats(raw: Raw): ContainerStats | undefined {
  const { cpu_stats: now, precpu_stats: before, memory_stats: memory } = raw;
  if (memory?.usage === undefined) return undefined;
  const used = now.cpu_usage.total_usage - (before.cpu_usage?.total_usage ?? 0);
  const passed = now.system_cpu_usage - (before.system_cpu_usage ?? now.system_cpu_usage);
  const networks = Object.values(raw.networks ?? {});
  const disk = raw.blkio_stats?.io_service_bytes_recursive ?? [];
  const moved = (what: string) => sum(disk.filter(({ op }) => op.toLowerCase() === what).map(({ value }) => value));
  return {
    cpuPercent: passed > 0 ? Math.round((used / passed) * (now.online_cpus || 1) * 1000) / 10 : 0,
    // Pages that the kernel gives back at need are not "used"; `docker stats` counts the same way.
    memoryBytes: memory.usage - (memory.stats?.inactive_file ?? 0),
    memoryLimitBytes: memory.limit,
    receivedBytes: sum(networks.map((network) => network.rx_bytes)),
    sentBytes: sum(networks.map((network) => network.tx_bytes)),
    readBytes: moved('read'),
    writtenBytes: moved('write'),
    processes: raw.pids_stats?.current ?? 0,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
