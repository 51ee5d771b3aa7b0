import { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { Binding, LeaseRecord } from '../domain/lease.js';
import type { ContainerSummary, Engine } from '../engine/engine.js';
import type { Context } from './context.js';
import { portHolder, type Witnesses } from './holder.js';
import { type WhichEnvironment, withEnvironment } from './leased.js';
import { checkServices } from './services.js';

/** Whose ports are wanted. */
export interface PortsOptions extends WhichEnvironment {
  /** Of this service only. */
  readonly service?: string;
  /** Only the one that the container listens on, or the file publishes, under this number. */
  readonly port?: number;
  readonly signal?: AbortSignal;
}

/** One published port: what the file says, and where it is. */
export interface PublishedPort {
  readonly service: string;
  /** Inside the container. */
  readonly target: number;
  readonly protocol: string;
  /** What the compose file publishes; "" where it leaves the choice to the engine. */
  readonly published: string;
  readonly host: string;
  readonly port: number;
  /** Null while the environment's own container publishes it; else who holds the port, or "nobody". */
  readonly holder: string | null;
}

/** Where the services of an environment are reached. */
export interface PortsReport {
  readonly record: LeaseRecord;
  readonly ports: readonly PublishedPort[];
}

/**
 * Where the services of an environment are reached, and who holds a port that should be theirs and is not.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, OPTION_INVALID for a service or port that it does not publish
 */
export function ports(context: Context, options: PortsOptions): Promise<PortsReport> {
  return withEnvironment(context, options, async (there, record) => {
    const signal = options.signal ?? new AbortController().signal;
    const [engine, store] = await Promise.all([there.engine(), there.store()]);
    const asked = chosen(record, options);
    const all = await engine.containers({}, signal);
    const found = asked.flatMap((binding) => expanded(binding, engine.host));
    const withHolders = found.map(async (port) => {
      return { ...port, holder: await holderOf({ engine, store }, record, port, all, signal) };
    });
    return { record, ports: await Promise.all(withHolders) };
  });
}

function chosen(record: LeaseRecord, { service, port }: PortsOptions): readonly Binding[] {
  const { bindings, project } = record;
  checkServices(project, service === undefined ? [] : [service], [...new Set(bindings.map((b) => b.service))], 'ports');
  const ofService = bindings.filter((b) => service === undefined || b.service === service);
  const found = ofService.filter((b) => port === undefined || b.target === port || b.published === String(port));
  if (found.length > 0 || port === undefined) return found;
  const those = [...new Set(ofService.map((b) => `${b.service} ${b.target}`))].join(', ') || 'it publishes none';
  const reason = `${project} publishes no port ${port} (${those})`;
  throw new EnvironmentError('OPTION_INVALID', { option: 'port', reason, command: 'ports' });
}

function expanded(
  { service, target, protocol, published, port, count }: Binding,
  host: string,
): Omit<PublishedPort, 'holder'>[] {
  return Array.from({ length: count }, (_, i) => ({ service, target, protocol, published, host, port: port + i }));
}

async function holderOf(
  witnesses: Witnesses,
  record: LeaseRecord,
  { port, protocol }: Omit<PublishedPort, 'holder'>,
  all: readonly ContainerSummary[],
  signal: AbortSignal,
): Promise<string | null> {
  const holds = (c: ContainerSummary) => c.published.some((p) => p.port === port && p.protocol === protocol);
  if (all.some((c) => c.labels[LABEL.lease] === record.id && holds(c))) return null;
  return (await portHolder(witnesses, record, port, signal)).text;
}

/** The port whose holder is wanted. */
export interface PortHolderOptions {
  /** Of the engine's machine. */
  readonly port: number;
  readonly signal?: AbortSignal;
}

/** Who holds a port, whoever that is: a container and its lease, or a process. Nothing is done to them. */
export async function holderOfPort(context: Context, { port, signal }: PortHolderOptions): Promise<string> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    const reason = `"${port}" is no port`;
    throw new EnvironmentError('OPTION_INVALID', { option: 'port', reason, command: 'ports' });
  }
  const engine = await reachable(context, signal ?? new AbortController().signal);
  const witnesses = { engine, store: await context.store() };
  return (await portHolder(witnesses, { id: '' }, port, signal ?? new AbortController().signal)).text;
}

/** Without an engine there is still this machine to be asked. */
async function reachable(context: Context, signal: AbortSignal): Promise<Engine> {
  const engine = await context.engine();
  try {
    await engine.ping(signal);
    return engine;
  } catch {
    return { ...engine, containers: async () => [] };
  }
}
