import { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import { suggest } from '../domain/suggest.js';
import type { ContainerSummary, Engine } from '../engine/engine.js';

/**
 * The containers of an environment, of all services or of the named ones, in the order of their names.
 *
 * @throws OPTION_INVALID for a service that it does not have, with the likeliest one
 */
export async function containersOf(
  engine: Pick<Engine, 'containers'>,
  record: Pick<LeaseRecord, 'id' | 'project'>,
  services: readonly string[] | undefined,
  command: string,
  signal: AbortSignal,
): Promise<ContainerSummary[]> {
  const all = await engine.containers({ [LABEL.lease]: record.id }, signal);
  all.sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = [...new Set(all.map((container) => container.service))];
  checkServices(record.project, services ?? [], names, command);
  return services?.length ? all.filter((container) => services.includes(container.service)) : all;
}

/** @throws OPTION_INVALID for a service that is not among those of the environment, with the likeliest one */
export function checkServices(
  project: string,
  wanted: readonly string[],
  names: readonly string[],
  command: string,
): void {
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const near = suggest(unknown, names);
  const those = names.length === 0 ? 'it has no containers' : `there are ${names.join(', ')}`;
  const reason = `${project} has no service "${unknown}"${near ? `; did you mean "${near}"?` : ` (${those})`}`;
  throw new EnvironmentError('OPTION_INVALID', { option: 'services', reason, command });
}

/** The running container of one service that a command is to run in: the first, where there are replicas. */
export async function runningContainer(
  engine: Pick<Engine, 'containers'>,
  record: Pick<LeaseRecord, 'id' | 'project'>,
  service: string,
  command: string,
  signal: AbortSignal,
): Promise<ContainerSummary> {
  const containers = await containersOf(engine, record, [service], command, signal);
  const running = containers.find(({ status }) => status === 'running');
  if (running) return running;
  const what = `service "${service}" does not run (${containers.map(({ text }) => text || 'created').join(', ')})`;
  throw new EnvironmentError('ENVIRONMENT_CHANGED', { project: record.project, what });
}

/** How a container is called beside others: its service, and its number where that has several. */
export function shortName(container: ContainerSummary, among: readonly ContainerSummary[]): string {
  const { service, labels } = container;
  const several = among.filter((each) => each.service === service).length > 1;
  return several ? `${service}-${labels['com.docker.compose.container-number'] ?? container.id.slice(0, 4)}` : service;
}
