import { isSystemPath } from './hazards/binds.js';
import type { ComposeModel, ServiceModel } from './model.js';
import { replicas } from './model.js';
import { overlaps, parseSubnet } from './subnet.js';

/** What two running copies must not have in common. */
export interface Footprint {
  readonly names: ReadonlySet<string>;
  readonly ports: ReadonlySet<string>;
  readonly networks: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
  readonly subnets: readonly string[];
  readonly binds: ReadonlySet<string>;
}

/** Reads the footprint off a model that Compose has resolved with its override. */
export function footprint(model: ComposeModel): Footprint {
  const services = Object.entries(model.services);
  const networks = Object.entries(model.networks ?? {});
  const own = (section: ComposeModel['networks'] | ComposeModel['volumes']) =>
    Object.entries(section ?? {}).flatMap(([key, o]) => (o?.external ? [] : [o?.name ?? `${model.name}_${key}`]));
  return {
    names: new Set(services.map(([name, s]) => s.container_name ?? `${model.name}-${name}`)),
    ports: new Set(
      services.flatMap(([, s]) => (s.ports ?? []).flatMap((p) => expand(p.published, p.protocol, replicas(s)))),
    ),
    networks: new Set(own(model.networks)),
    volumes: new Set(own(model.volumes)),
    subnets: networks.flatMap(([, n]) => (n?.external ? [] : (n?.ipam?.config ?? []).flatMap((c) => c.subnet ?? []))),
    binds: new Set([...services.flatMap(([, s]) => writableBinds(s)), ...devices(model)]),
  };
}

function writableBinds({ volumes = [] }: ServiceModel): string[] {
  return volumes.flatMap((m) =>
    m.type === 'bind' && !m.read_only && m.source && !isSystemPath(m.source) ? [m.source] : [],
  );
}

/** A volume on a device is that device, whatever its name. */
function devices({ volumes = {} }: ComposeModel): string[] {
  return Object.values(volumes).flatMap((v) => {
    const { device, type } = v?.driver_opts ?? {};
    return device === undefined || type === 'tmpfs' || v?.external ? [] : [device];
  });
}

/** What both have; `shared` are things that the user or the plan has declared to be common. Empty when disjoint. */
export function commonThings(a: Footprint, b: Footprint, shared: ReadonlySet<string>): string[] {
  const both = (kind: string, x: ReadonlySet<string>, y: ReadonlySet<string>) =>
    [...x].filter((thing) => y.has(thing) && !shared.has(thing)).map((thing) => `${kind} ${thing}`);
  const subnets = a.subnets.flatMap((text) => {
    const mine = parseSubnet(text);
    const clash = b.subnets.some((other) => {
      const theirs = parseSubnet(other);
      return mine && theirs ? overlaps(mine, theirs) : text === other;
    });
    return clash ? [`subnet ${text}`] : [];
  });
  return [
    ...both('container name', a.names, b.names),
    ...both('port', a.ports, b.ports),
    ...both('network', a.networks, b.networks),
    ...both('volume', a.volumes, b.volumes),
    ...both('writable bind', a.binds, b.binds),
    ...subnets,
  ];
}

/** A port that the engine chooses ("") can be nobody else's. */
function expand(published: string | undefined, protocol = 'tcp', count: number): string[] {
  const [first, last] = (published ?? '').split('-').map(Number);
  if (!first) return [];
  const ports = (last ?? first) - first + 1;
  return Array.from({ length: Math.max(ports, Math.min(count, 1)) }, (_, i) => `${first + i}/${protocol}`);
}
