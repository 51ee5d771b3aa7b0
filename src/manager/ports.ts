import { publishedPorts } from '../domain/bindings.js';
import type { Binding, LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Config } from './config.js';
import { ephemeralPorts } from './machine.js';

/**
 * The lease with a block on which nobody outside the store listens right now, avoiding `busy`. Only a look: the store
 * decides between leases, the engine between us and everybody else. Another block is looked for behind the port `after`.
 *
 * @throws PORTS_EXHAUSTED, LEASE_LOST
 */
export async function freeBlock(
  config: Config,
  store: LeaseStore,
  lease: LeaseRecord,
  busy: readonly number[],
  after?: number,
): Promise<LeaseRecord> {
  let held = lease;
  const avoid = new Set([...busy, ...config.excludePorts]);
  for (;;) {
    const block = held.ports;
    if (!block) return held;
    const taken = await listenedPorts(block.first, block.last);
    for (const port of taken) avoid.add(port);
    if (![...avoid].some((port) => port >= block.first && port <= block.last)) return held;
    const ports = block.last - block.first + 1;
    const request = { ports, range: config.ports, avoid: [...avoid], ephemeral: ephemeralPorts(), after };
    held = store.exchangePorts(held, request);
  }
}

/**
 * The numbers of the files that can be had now: nobody listens on them, and no other environment of the store has or is
 * about to have them.
 */
export async function freeOwnPorts(
  { config, store, model }: { readonly config: Config; readonly store: LeaseStore; readonly model: ComposeModel },
  lease: LeaseRecord,
  refused: readonly number[],
): Promise<number[]> {
  const others = store.list().filter(({ id }) => id !== lease.id);
  const taken = new Set([
    ...refused,
    ...config.excludePorts,
    ...others.flatMap(({ bindings }) => bindings.flatMap(all)),
  ]);
  const free: number[] = [];
  for (const port of new Set(publishedPorts(model))) {
    if (!taken.has(port) && (await listenedPorts(port, port)).length === 0) free.push(port);
  }
  return free;
}

function all({ port, count }: Binding): number[] {
  return Array.from({ length: count }, (_, i) => port + i);
}

/** Those of the range on which somebody listens on this machine now. */
export async function listenedPorts(first: number, last: number): Promise<number[]> {
  const { default: getPort, clearLockedPorts } = await import('get-port');
  const listened: number[] = [];
  for (let port = first; port <= last; port++) {
    if ((await getPort({ port, host: '127.0.0.1' })) !== port) listened.push(port);
  }
  clearLockedPorts(); // get-port would keep a looked-at port from us for a while
  return listened;
}
