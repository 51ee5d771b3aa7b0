import type { ContainerInspectInfo } from 'dockerode';
import { plainText } from '../domain/plain-text.js';
import type { ContainerDetail } from './engine.js';

/** Compose's label that names the service of a container. */
export const SERVICE_LABEL = 'com.docker.compose.service';

/** What the engine's `inspect` says, narrowed to what we read. */
export function containerDetail(found: ContainerInspectInfo): ContainerDetail {
  const state = found.State as typeof found.State & {
    Health?: { Status: string; Log?: { End: string; ExitCode: number; Output: string }[] | null };
  };
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ''),
    image: found.Config.Image,
    service: found.Config.Labels[SERVICE_LABEL] ?? '',
    status: state.Status as ContainerDetail['status'],
    health: (state.Health?.Status ?? 'none') as ContainerDetail['health'],
    exitCode: state.ExitCode,
    oomKilled: state.OOMKilled,
    startedAt: Date.parse(state.StartedAt),
    error: state.Error,
    restartCount: found.RestartCount,
    ports: state.Running ? portsOf(found.NetworkSettings.Ports) : {},
    mounts: found.Mounts.map((m) => ({
      type: m.Type ?? '',
      name: m.Name ?? '',
      source: m.Source,
      target: m.Destination,
      readOnly: !m.RW,
    })),
    networks: Object.keys(found.NetworkSettings.Networks),
    addresses: Object.values(found.NetworkSettings.Networks).flatMap((n) => (n.IPAddress ? [n.IPAddress] : [])),
    command: [found.Path, ...found.Args],
    healthLog: (state.Health?.Log ?? []).map((probe) => ({
      exitCode: probe.ExitCode,
      output: plainText(probe.Output).trim(),
      endedAt: Date.parse(probe.End),
    })),
  };
}

function portsOf(ports: Record<string, { HostIp: string; HostPort: string }[] | null>): ContainerDetail['ports'] {
  const bound = Object.entries(ports).filter(([, bindings]) => bindings && bindings.length > 0);
  return Object.fromEntries(
    bound.map(([target, bindings]) => [
      target,
      (bindings ?? []).map((b) => ({ host: b.HostIp, port: Number(b.HostPort) })),
    ]),
  );
}
