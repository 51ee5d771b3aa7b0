import { describeOwner, type EnvironmentStatus, formatDuration, formatSize, type QueueEntry } from '../../index.js';
import { placeOf, shownState } from '../json.js';
import { table } from './table.js';

export function statusTable(
  environments: readonly EnvironmentStatus[],
  queue: readonly QueueEntry[],
  now: number,
): string {
  if (environments.length + queue.length === 0)
    return 'No environments. Start one: docker-manual start -f compose.yml\n';
  const rows = environments.map((environment) => [
    environment.record.project,
    environment.over === undefined ? shownState(environment.record) : 'over',
    servicesCell(environment),
    environment.record.ports ? `${environment.record.ports.first}-${environment.record.ports.last}` : '-',
    describeOwner(environment.record.owner),
    formatDuration(now - environment.record.createdAt),
    expiryCell(environment, now),
  ]);
  const queued = queue.map((entry, i) => [
    entry.name,
    'queued',
    `${placeOf(queue, i)} of ${queue.filter(({ engine }) => engine === entry.engine).length}`,
    '-',
    describeOwner(entry.owner),
    formatDuration(now - entry.since),
    `needs ${formatSize(entry.memory)}`,
  ]);
  const head = ['ENVIRONMENT', 'STATE', 'READY', 'PORTS', 'OWNER', 'AGE', 'EXPIRES'];
  const details = environments.map(serviceLines).join('');
  const over = environments.filter((e) => e.over !== undefined);
  const advice = over.length === 0 ? '' : `\n${over.length} held by nobody any more: docker-manual clean\n`;
  return `${table([head, ...rows, ...queued])}\n${details}${advice}`;
}

function servicesCell({ services }: EnvironmentStatus): string {
  const states = Object.values(services).map((s) => s.state);
  const good = states.filter((s) => s === 'healthy' || s === 'running' || s === 'completed');
  return `${good.length}/${states.length}`;
}

function expiryCell({ record, over }: EnvironmentStatus, now: number): string {
  if (over !== undefined) return over;
  if (record.expiresAt !== null) return `in ${formatDuration(record.expiresAt - now)}`;
  return record.owner.kind === 'process' ? 'with its owner' : 'never';
}

function serviceLines({ record, services }: EnvironmentStatus): string {
  const rows = Object.entries(services).map(([name, { state, host, ports }]) => {
    const addresses = Object.entries(ports).map(([target, port]) => `${host}:${port} -> ${target}`);
    return ['', name, state, addresses.join(', ')];
  });
  return rows.length === 0 ? '' : `\n${record.project}\n${table(rows)}\n`;
}
