import type { Binding } from './lease.js';
import { type ComposeModel, replicas } from './model.js';
import type { PortMode, PortRange } from './ports.js';

/** A port that the file does not publish but that is to be: of a service taken off the host's network. */
export interface ExtraPort {
  readonly service: string;
  readonly target: number;
  readonly protocol: string;
}

/**
 * Which leased port stands for which published port. Keyed by (service, published): two services of one file may
 * publish the same number, and TCP and UDP of one service share theirs. `firstPort` begins the leased block; in the
 * other modes a port is the file's own number, or 0 where the engine will choose it. `free`: numbers of the file that are
 * to be had, for the mode that takes those where it can.
 */
export function bindPorts(
  model: ComposeModel,
  firstPort: number,
  extra: readonly ExtraPort[] = [],
  mode: PortMode = 'range',
  free: readonly number[] = [],
): Binding[] {
  const bindings = bindBlock(model, firstPort, extra);
  if (mode === 'range') return bindings;
  if (mode === 'stable') {
    return bindings.map((binding) => {
      const own = Number(binding.published);
      return binding.count === 1 && free.includes(own) ? { ...binding, port: own } : binding;
    });
  }
  return bindings.map((binding) => {
    const [first, last] = mode === 'fixed' ? binding.published.split('-').map(Number) : [];
    return { ...binding, port: first ?? 0, count: last && first ? last - first + 1 : binding.count };
  });
}

function bindBlock(model: ComposeModel, firstPort: number, extra: readonly ExtraPort[]): Binding[] {
  const bindings: Binding[] = [];
  const numbers = new Map<string, { port: number; protocols: Set<string> }>();
  let next = firstPort;
  const bind = (service: string, target: number, protocol: string, published: string, count: number) => {
    const key = `${service}\0${published === '' || published === '0' ? `:${target}` : published}`;
    const twin = numbers.get(key);
    const shared = twin !== undefined && !twin.protocols.has(protocol);
    const port = shared ? twin.port : next;
    if (shared) twin.protocols.add(protocol);
    else {
      numbers.set(key, { port, protocols: new Set([protocol]) });
      next += count;
    }
    bindings.push({ service, target, protocol, published, port, count });
  };
  for (const [service, spec] of Object.entries(model.services)) {
    // Of a published range for one target ("9000-9010:80") the engine takes one port a container; so do we.
    const count = Math.max(1, replicas(spec));
    for (const port of spec.ports ?? [])
      bind(service, port.target, port.protocol ?? 'tcp', port.published ?? '', count);
  }
  for (const { service, target, protocol } of extra) {
    bind(service, target, protocol, String(target), Math.max(1, replicas(model.services[service] ?? {})));
  }
  return bindings;
}

/** How many ports in a row the bindings take. */
export function blockSize(bindings: readonly Binding[], firstPort: number): number {
  return bindings.reduce((size, b) => Math.max(size, b.port + b.count - firstPort), 0);
}

/** Numbers that the file itself publishes: leasing one of them would give it two meanings. */
export function publishedPorts(model: ComposeModel): number[] {
  return Object.values(model.services).flatMap((service) =>
    (service.ports ?? []).flatMap(({ published = '' }) => {
      const [first, last] = published.split('-').map(Number);
      return first ? Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i) : [];
    }),
  );
}

/**
 * The bindings with the ports that the same ones had `before`; what is new takes ports of the block that nothing has, nor
 * anybody else (`busy`).
 * Undefined where the block has too few. Of no meaning where no block is leased.
 */
export function keepPorts(
  bindings: readonly Binding[],
  before: readonly Binding[],
  block: PortRange | null,
  busy: readonly number[] = [],
): Binding[] | undefined {
  const kept = new Map<Binding, Binding>();
  for (const binding of bindings) {
    const same = before.find((each) => isSame(each, binding));
    if (same) kept.set(binding, same);
  }
  const used = new Set([...busy, ...[...kept.values()].flatMap(({ port, count }) => range(port, count))]);
  // TCP and UDP of one number share theirs.
  const moved = new Map([...kept].map(([fresh, { port }]) => [`${fresh.service} ${fresh.port}`, port]));
  const found: Binding[] = [];
  for (const binding of bindings) {
    const key = `${binding.service} ${binding.port}`;
    const port = kept.get(binding)?.port ?? moved.get(key) ?? freeRun(block, used, binding.count);
    if (port === undefined) return undefined;
    for (const each of range(port, binding.count)) used.add(each);
    moved.set(key, port);
    found.push({ ...binding, port });
  }
  return found;
}

function isSame(one: Binding, other: Binding): boolean {
  const what = ({ service, target, protocol, published, count }: Binding) =>
    [service, target, protocol, published, count].join(' ');
  return what(one) === what(other);
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

function freeRun(block: PortRange | null, used: ReadonlySet<number>, count: number): number | undefined {
  if (!block) return undefined;
  const starts = range(block.first, block.last - block.first + 2 - count);
  return starts.find((first) => range(first, count).every((port) => !used.has(port)));
}
