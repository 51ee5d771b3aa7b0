import { publishedPorts } from './bindings.js';
import type { LeaseRecord } from './lease.js';
import type { ComposeModel } from './model.js';
import { leasesBlock, type PortMode } from './ports.js';

/** What the engine says a container has; the part of it that could be somebody else's. */
export interface ContainerBelongings {
  readonly name: string;
  readonly service: string;
  readonly ports: Readonly<Record<string, readonly { readonly host: string; readonly port: number }[]>>;
  readonly mounts: readonly { readonly type: string; readonly name: string }[];
  readonly networks: readonly string[];
}

/** Names that the engine itself gives to networks that nobody owns. */
const BUILT_IN_NETWORKS: readonly string[] = ['host', 'none', 'bridge'];

/**
 * What a container has that its lease does not hold: a port outside the block or off the address, a name without the
 * project's prefix, a foreign volume or network. Empty when it is isolated.
 */
export function breaches(
  lease: LeaseRecord,
  model: ComposeModel,
  container: ContainerBelongings,
  host: string,
  portMode: PortMode = 'range',
): string[] {
  const shared = externals(model);
  const named = container.mounts.filter((m) => m.type === 'volume' && !isAnonymous(m.name)).map((m) => m.name);
  const volumes = borrowsVolumes(model, container.service) ? [] : named;
  const { seat, keepsVolumes } = lease.spec;
  const kept = (name: string) => keepsVolumes === true && name.startsWith(`${seat}_`);
  const foreign = (name: string) => !shared.has(name) && !name.startsWith(`${lease.project}_`) && !kept(name);
  const own = portMode === 'stable' ? publishedPorts(model) : [];
  return [
    ...(container.name.startsWith(`${lease.project}-`) ? [] : [`the container name ${container.name}`]),
    ...Object.values(container.ports)
      .flat()
      .filter((p) => p.host !== host || (leasesBlock(portMode) && !holds(lease, p.port) && !own.includes(p.port)))
      .map((p) => `the published port ${p.host}:${p.port}`),
    ...volumes.filter(foreign).map((name) => `the volume ${name}`),
    ...container.networks
      .filter((name) => !BUILT_IN_NETWORKS.includes(name) && foreign(name))
      .map((name) => `the network ${name}`),
  ];
}

function holds(lease: LeaseRecord, port: number): boolean {
  return lease.ports !== null && port >= lease.ports.first && port <= lease.ports.last;
}

/** The engine names a volume without a name by 64 hex digits. */
function isAnonymous(volume: string): boolean {
  return /^[0-9a-f]{64}$/.test(volume);
}

/** Which volumes another container has is not said in the file that borrows them. */
function borrowsVolumes(model: ComposeModel, service: string): boolean {
  return model.services[service]?.volumes_from?.some((from) => from.startsWith('container:')) ?? false;
}

/** What the file itself declares to be somebody else's. */
function externals(model: ComposeModel): ReadonlySet<string> {
  const objects = [...Object.entries(model.networks ?? {}), ...Object.entries(model.volumes ?? {})];
  const declared = objects.flatMap(([key, object]) => (object?.external ? [object.name ?? key] : []));
  return new Set([...declared, ...Object.values(model.services).flatMap((s) => s.network_mode ?? [])]);
}
