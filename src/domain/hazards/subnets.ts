import { decided } from '../decisions.js';
import type { ComposeModel, NetworkModel, ServiceModel } from '../model.js';
import { replicas } from '../model.js';
import { RESET, Replace } from '../override.js';
import { formatAddress, formatSubnet, parseAddress, parseSubnet, type Subnet } from '../subnet.js';
import { followAddresses, namesOneOf } from './addresses.js';
import type { Hazard, HazardContext, HazardRule } from './hazard.js';

/** A network that needs an own subnet, and how large. */
export interface SubnetDemand {
  readonly network: string;
  readonly prefix: number;
}

/** Bits of the smallest network we lease, a /28: thirteen containers. */
const SMALLEST_BITS = 4;

/**
 * Which networks need a leased subnet: those with static addresses, or with a subnet that some text names, always; the
 * other bridges when the engine's own address pools are short (they end after about thirty networks).
 */
export function subnetDemands(model: ComposeModel, poolsAreShort: boolean): SubnetDemand[] {
  return Object.entries(model.networks ?? {}).flatMap(([network, spec]) => {
    if (spec?.external) return [];
    const layout = layoutOf(model, network, spec);
    const isBridge = spec?.driver === undefined || spec.driver === 'bridge';
    if (!layout && !(poolsAreShort && isBridge)) return [];
    const bits = layout ? layout.bits + (layout.apart ? 1 : 0) : bitsFor(attached(model, network));
    return [{ network, prefix: 32 - bits }];
  });
}

/** Services on the host's network count for the default one: they may be put there. */
function attached(model: ComposeModel, network: string): number {
  const mayJoin = (service: ServiceModel) => network === 'default' && service.network_mode === 'host';
  return Object.values(model.services)
    .filter((service) => network in (service.networks ?? {}) || mayJoin(service))
    .reduce((sum, service) => sum + replicas(service), 0);
}

/** Network, gateway and broadcast addresses are needed besides the containers'. */
function bitsFor(containers: number): number {
  return Math.max(SMALLEST_BITS, Math.ceil(Math.log2(containers + 3)));
}

/** The part of a declared subnet that has to be had elsewhere, address by address. */
interface Layout {
  readonly subnet: Subnet;
  /** First address of the smallest aligned block that holds every fixed address, and its size in bits. */
  readonly first: number;
  readonly bits: number;
  /** The gateway as the file has it, and its place in the block. */
  readonly gateway: number;
  readonly gatewayAt: number;
  /** True where dynamic addresses have a range of their own; they then get an upper half. */
  readonly apart: boolean;
}

function layoutOf(model: ComposeModel, network: string, spec: NetworkModel | null): Layout | undefined {
  const declared = (spec?.ipam?.config ?? []).find((c) => parseSubnet(c.subnet ?? ''));
  const subnet = parseSubnet(declared?.subnet ?? '');
  if (!declared || !subnet) return undefined;
  const fixed = staticAddresses(model, network).filter((address) => address > subnet.first && address < subnet.last);
  const gateway = parseAddress(declared.gateway ?? '');
  const named = [formatSubnet(subnet), formatAddress(gateway ?? subnet.first + 1)];
  if (fixed.length === 0 && !namesOneOf(model, named)) return undefined;
  const all = gateway === undefined ? fixed : [...fixed, gateway];
  const block = smallestBlock(all, subnet.first, bitsFor(attached(model, network)), gateway === undefined);
  const gatewayAt = gateway === undefined ? 1 : gateway - block.first;
  const apart = declared.ip_range !== undefined;
  return { ...block, subnet, gateway: gateway ?? subnet.first + 1, gatewayAt, apart };
}

function staticAddresses(model: ComposeModel, network: string): number[] {
  return Object.values(model.services).flatMap(
    (service) => parseAddress(service.networks?.[network]?.ipv4_address ?? '') ?? [],
  );
}

/** None of the addresses may be the block's first (the network's own), its last (broadcast), or the default gateway's. */
function smallestBlock(addresses: readonly number[], otherwise: number, atLeast: number, defaultGateway: boolean) {
  const lowest = Math.min(...addresses);
  for (let bits = atLeast; ; bits++) {
    const size = 2 ** bits;
    const first = addresses.length === 0 ? otherwise : Math.floor(lowest / size) * size;
    const free = first + (defaultGateway ? 2 : 1);
    if (bits === 32 || addresses.every((a) => a >= free && a < first + size - 1)) return { first, bits };
  }
}

/**
 * Fixed subnets overlap between copies. Unused ones are left to the engine; static addresses move, with their place in
 * the subnet, to the leased one, and the texts of the model that name one follow.
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
  const [layout, to] = [layoutOf(context.model, key, spec), parseSubnet(leased ?? '')];
  const config = { subnet: leased, ...(layout && to ? settings(spec, layout, to) : {}) };
  context.draft.set('networks', key, { ipam: leased ? new Replace({ config: [config] }) : RESET });
  if (declared.length === 0) return [];
  const isDual = declared.some((subnet) => subnet.includes(':'));
  if (isDual) dropIpv6(context, key);
  const becomes = `${leased ?? 'a subnet that the engine chooses'}${isDual ? ', without IPv6' : ''}`;
  const path = ['networks', key, 'ipam'];
  const hazard = {
    kind: 'subnet',
    class: isDual ? 'notice' : 'silent',
    path,
    was: declared.join(', '),
    becomes,
  } as const;
  return [hazard, ...(layout && to ? moveAddresses(context, key, layout, to, moved) : [])];
}

/** Only what the file says too: the engine's own choice is the first address. */
function settings(spec: NetworkModel | null, layout: Layout, to: Subnet) {
  const gateway = formatAddress(to.first + layout.gatewayAt);
  const isDeclared = spec?.ipam?.config?.some((c) => c.gateway !== undefined);
  if (!layout.apart) return isDeclared ? { gateway } : {};
  return { gateway, ip_range: formatSubnet({ first: to.first + 2 ** layout.bits, last: to.last }) };
}

/** Copies cannot have one IPv6 subnet, and engines before 27 have none to choose from. */
function dropIpv6(context: HazardContext, network: string): void {
  context.draft.set('networks', network, { enable_ipv6: false });
  for (const [name, service] of Object.entries(context.model.services)) {
    if (service.networks?.[network]?.ipv6_address === undefined) continue;
    context.draft.setOnNetwork(name, network, { ipv6_address: RESET });
  }
}

function moveAddresses(
  { model, draft }: HazardContext,
  key: string,
  { subnet, first, bits, gateway, gatewayAt }: Layout,
  to: Subnet,
  moved: Map<string, string>,
): Hazard[] {
  moved.set(formatSubnet(subnet), formatSubnet(to));
  moved.set(formatAddress(gateway), formatAddress(to.first + gatewayAt));
  return Object.entries(model.services).flatMap(([name, service]): Hazard[] => {
    const was = service.networks?.[key]?.ipv4_address;
    const address = parseAddress(was ?? '');
    if (was === undefined || address === undefined || address < first || address >= first + 2 ** bits) return [];
    const becomes = formatAddress(to.first + address - first);
    draft.setOnNetwork(name, key, { ipv4_address: becomes });
    moved.set(was, becomes);
    const path = ['services', name, 'networks', key, 'ipv4_address'];
    return [{ service: name, kind: 'static-address', class: 'notice', path, was, becomes }];
  });
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
  if (decided(context.decisions.foreign, key, driver) === 'share') {
    return [{ ...hazard, class: 'notice', becomes: 'kept: on the host’s own network' }];
  }
  return [{ ...hazard, class: 'decision', becomes: 'foreign=share', choices: ['foreign=share'] }];
}
