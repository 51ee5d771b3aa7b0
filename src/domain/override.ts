import type { Binding } from './lease.js';
import { type ComposeModel, type PortModel, replicas, type ServiceModel } from './model.js';

/** Labels that say whose an object is. Nothing is removed without them. */
export const LABEL = {
  lease: 'dev.docker-manual.lease',
  generation: 'dev.docker-manual.generation',
  store: 'dev.docker-manual.store',
} as const;

export type Labels = Readonly<Record<string, string>>;

export function leaseLabels(leaseId: string, generation: number, storeId: string): Labels {
  return { [LABEL.lease]: leaseId, [LABEL.generation]: String(generation), [LABEL.store]: storeId };
}

/** Written as `!override VALUE` or `!reset null`: replaces what the files say instead of adding to it. */
export class Replace {
  constructor(readonly value: unknown) {}
}

/** The generated file that Compose reads after the user's own; values are plain data and {@link Replace}. */
export interface Override {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export interface OverrideRequest {
  readonly model: ComposeModel;
  readonly bindings: readonly Binding[];
  readonly labels: Labels;
  /** Address that ports are published on. */
  readonly host: string;
  /** How long health checks may run at the fast rate; null leaves them as they are. Milliseconds. */
  readonly accelerateFor: number | null;
}

/**
 * Which leased port stands for which published port. Keyed by (service, published, target): two services of one file
 * may publish the same number, and TCP and UDP of one service share theirs. `firstPort` begins the leased block.
 */
export function bindPorts(model: ComposeModel, firstPort: number): Binding[] {
  const bindings: Binding[] = [];
  let next = firstPort;
  for (const [service, spec] of Object.entries(model.services)) {
    const shared = new Map<string, Binding>();
    for (const port of spec.ports ?? []) {
      const key = `${port.published ?? ''}:${port.target}`;
      const twin = shared.get(key);
      const sameNumber = twin !== undefined && twin.protocol !== protocolOf(port);
      const count = Math.max(replicas(spec), publishedCount(port));
      const binding: Binding = {
        service,
        target: port.target,
        protocol: protocolOf(port),
        published: port.published ?? '',
        port: sameNumber ? twin.port : next,
        count,
      };
      if (!sameNumber) next += count;
      shared.set(key, binding);
      bindings.push(binding);
    }
  }
  return bindings;
}

/** How many ports in a row the model needs. */
export function portsNeeded(model: ComposeModel): number {
  return bindPorts(model, 0).reduce((most, b) => Math.max(most, b.port + b.count), 0);
}

function protocolOf(port: PortModel): string {
  return port.protocol ?? 'tcp';
}

function publishedCount(port: PortModel): number {
  const range = /^(\d+)-(\d+)$/.exec(port.published ?? '');
  return range ? Number(range[2]) - Number(range[1]) + 1 : 1;
}

/** Everything that makes one more copy of the model safe to run beside the others. Pure: same request, same file. */
export function planOverride(request: OverrideRequest): Override {
  const { model, labels } = request;
  const probed = Object.values(model.services).filter(hasHealthcheck).length;
  return {
    services: mapValues(model.services, (service, name) => ({
      labels,
      ...(service.container_name === undefined ? {} : { container_name: new Replace(null) }),
      ...aliasOfContainerName(service, name),
      ...(service.ports?.length ? { ports: new Replace(publish(request, name)) } : {}),
      ...(request.accelerateFor !== null && hasHealthcheck(service)
        ? { healthcheck: accelerate(request.accelerateFor, probed) }
        : {}),
    })),
    networks: mapValues(model.networks ?? {}, (network) => (network?.external ? {} : { labels })),
    volumes: mapValues(model.volumes ?? {}, (volume) => (volume?.external ? {} : { labels })),
  };
}

function publish(request: OverrideRequest, service: string): unknown[] {
  return request.bindings
    .filter((b) => b.service === service)
    .map((b) => ({
      mode: 'ingress',
      host_ip: request.host,
      target: b.target,
      published: b.count === 1 ? String(b.port) : `${b.port}-${b.port + b.count - 1}`,
      protocol: b.protocol,
    }));
}

/** Other services may resolve the container by the name that is taken away from it. */
function aliasOfContainerName(service: ServiceModel, name: string): Record<string, unknown> {
  const alias = service.container_name;
  if (alias === undefined || alias === name || service.network_mode) return {};
  return { networks: mapValues(service.networks ?? { default: null }, () => ({ aliases: [alias] })) };
}

export function hasHealthcheck(service: ServiceModel): boolean {
  const check = service.healthcheck;
  return check?.test !== undefined && check.disable !== true && check.test[0] !== 'NONE';
}

/**
 * The engine probes every `start_interval` while a container is starting and inside its `start_period`, then goes back
 * to `interval`. One without the other is ignored (measured: 33 s → 0.5 s for `interval: 30s`). A probe costs about
 * 40 ms of a core, so many services share a budget of twenty probes a second.
 */
function accelerate(forMs: number, probedServices: number): Record<string, string> {
  const every = Math.min(500, Math.max(100, 50 * probedServices));
  return { start_period: `${Math.ceil(forMs / 1000)}s`, start_interval: `${every}ms` };
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
