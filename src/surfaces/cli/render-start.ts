import { formatDuration, type Lease } from '../../index.js';
import { table } from './table.js';
import type { Colours } from './terminal.js';

/** What a person sees when an environment is ready. */
export function summary(lease: Lease, colours: Colours): string {
  const rows = Object.entries(lease.services).map(([name, service]) => {
    const addresses = Object.entries(service.ports).map(([target, port]) => `${service.host}:${port} -> ${target}`);
    return ['', name, service.state, addresses.join(', ')];
  });
  const { expiresAt } = lease.record;
  const expiry = expiresAt === null ? '' : `, for ${formatDuration(expiresAt - Date.now())}`;
  return `${colours.bold(lease.project)} ready in ${formatDuration(lease.timings.total ?? 0)}${expiry}\n${table(rows)}\n
  docker-manual status
  docker-manual stop ${lease.project}\n`;
}
