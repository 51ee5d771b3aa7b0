import type { ComposeModel, NetworkModel } from '../model.js';
import { replicas } from '../model.js';
import { RESET, Replace } from '../override.js';
import { formatAddress, parseAddress, parseSubnet } from '../subnet.js';
import { commandOf, environmentOf, type Hazard, type HazardContext, type HazardRule } from './hazard.js';

/** A network that needs an own subnet, and how large. */
export interface SubnetDemand {
  readonly network: string;
  readonly prefix: number;
}

/** The smallest network we lease: thirteen containers. */
const SMALLEST_PREFIX = 28;

/**
 * Which networks need a leased subnet: those with static addresses always, the others when the engine's own address
 * pools are short (they end after about thirty networks).
 */
export function subnetDemands(model: ComposeModel, poolsAreShort: boolean): SubnetDemand[] {
  return Object.entries(model.networks ?? {}).flatMap(([network, spec]) => {
    if (spec?.external || (spec?.driver !== undefined && spec.driver !== 'bridge')) return [];
    const hosts = staticHosts(model, network, spec);
    if (hosts.length === 0 && !poolsAreShort) return [];
    // Network, gateway and broadcast addresses besides the containers.
    const needed = Math.max(...hosts.map((host) => host + 2), attached(model, network) + 3);
    return [{ network, prefix: Math.min(SMALLEST_PREFIX, 32 - Math.ceil(Math.log2(needed))) }];
  });
}

function attached(model: ComposeModel, network: string): number {
  return Object.values(model.services)
    .filter((service) => network in (service.networks ?? {}))
    .reduce((sum, service) => sum + replicas(service), 0);
}

/** Host parts of the static addresses on a network: 172.30.0.11 of 172.30.0.0/16 → 11. */
function staticHosts(model: ComposeModel, network: string, spec: NetworkModel | null): number[] {
  const subnet = subnetOf(spec);
  if (!subnet) return [];
  return Object.values(model.services).flatMap((service) => {
    const address = parseAddress(service.networks?.[network]?.ipv4_address ?? '');
    return address === undefined ? [] : [address - subnet.first];
  });
}

function subnetOf(spec: NetworkModel | null) {
  return (spec?.ipam?.config ?? []).map((c) => parseSubnet(c.subnet ?? '')).find((s) => s !== undefined);
}

/**
 * Fixed subnets overlap between copies. Unused ones are left to the engine; static addresses move, with their host
 * part, to the leased subnet, and every text of the model that names one follows.
 */
export function subnets(leased: ReadonlyMap<string, string>): HazardRule {
  return (context) => {
    const moved = new Map<string, string>();
    const found = Object.entries(context.model.networks ?? {}).flatMap(([key, spec]) =>
      spec?.external
        ? []
        : [...mendNetwork(context, key, spec, leased.get(key), moved), ...mendDriver(context, key, spec)],
    );
    if (moved.size > 0) followAddresses(context, moved);
    return found;
  };
}

function mendNetwork(
  context: HazardContext,
  key: string,
  spec: NetworkModel | null,
  leased: string | undefined,
  moved: Map<string, string>,
): Hazard[] {
  const declared = spec?.ipam?.config?.map((c) => c.subnet).filter((s) => s !== undefined) ?? [];
  if (leased === undefined && declared.length === 0) return [];
  context.draft.set('networks', key, { ipam: leased ? new Replace({ config: [{ subnet: leased }] }) : RESET });
  const path = ['networks', key, 'ipam'];
  if (declared.length === 0) return [];
  const becomes = leased ?? 'a subnet that the engine chooses';
  const found: Hazard[] = [{ kind: 'subnet', class: 'silent', path, was: declared.join(', '), becomes }];
  const [from, to] = [subnetOf(spec), parseSubnet(leased ?? '')];
  if (!from || !to) return found;
  for (const [name, service] of Object.entries(context.model.services)) {
    const old = service.networks?.[key]?.ipv4_address;
    const address = parseAddress(old ?? '');
    if (old === undefined || address === undefined) continue;
    const fresh = formatAddress(to.first + address - from.first);
    context.draft.set('services', name, { networks: withAddress(context, name, key, fresh) });
    moved.set(old, fresh);
    const at = ['services', name, 'networks', key, 'ipv4_address'];
    found.push({ service: name, kind: 'static-address', class: 'notice', path: at, was: old, becomes: fresh });
  }
  return found;
}

/** An alias that an earlier rule has put on the same network stays. */
function withAddress({ draft }: HazardContext, service: string, network: string, address: string) {
  const networks = draft.get('services', service, 'networks') as Record<string, object> | undefined;
  return { [network]: { ...networks?.[network], ipv4_address: address } };
}

function mendDriver(context: HazardContext, key: string, spec: NetworkModel | null): Hazard[] {
  const { 'com.docker.network.bridge.name': bridge, ...others } = spec?.driver_opts ?? {};
  if (bridge !== undefined) {
    context.draft.set('networks', key, { driver_opts: Object.keys(others).length > 0 ? new Replace(others) : RESET });
    const path = ['networks', key, 'driver_opts'];
    return [{ kind: 'bridge-name', class: 'silent', path, was: bridge, becomes: 'a name that the engine chooses' }];
  }
  const driver = spec?.driver;
  if (driver === undefined || driver === 'bridge') return [];
  const hazard = { kind: 'network-driver', path: ['networks', key, 'driver'], was: driver } as const;
  if (context.decisions.foreign !== undefined)
    return [{ ...hazard, class: 'notice', becomes: 'kept: on the host’s own network' }];
  return [{ ...hazard, class: 'decision', becomes: 'foreign=share', choices: ['foreign=share'] }];
}

function followAddresses(context: HazardContext, moved: ReadonlyMap<string, string>): void {
  const addresses = [...moved.keys()].map((ip) => ip.replaceAll('.', '\\.')).join('|');
  const pattern = new RegExp(`(?<![\\d.])(?:${addresses})(?![\\d.])`, 'g');
  const swap = (text: string) => text.replace(pattern, (ip) => moved.get(ip) ?? ip);
  for (const [name, service] of Object.entries(context.model.services)) {
    const environment = environmentOf(context, name, service).filter(([, value]) => swap(value) !== value);
    if (environment.length > 0) {
      const values = Object.fromEntries(environment.map(([key, value]) => [key, swap(value)]));
      context.draft.set('services', name, { environment: values });
    }
    const command = commandOf(context, name, service);
    if (command.some((word) => swap(word) !== word)) {
      context.draft.set('services', name, { command: new Replace(command.map(swap)) });
    }
    const hosts = service.extra_hosts ?? [];
    if (hosts.some((host) => swap(host) !== host)) {
      context.draft.set('services', name, { extra_hosts: new Replace(hosts.map(swap)) });
    }
  }
}
