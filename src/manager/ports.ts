import { EnvironmentError } from '../domain/errors.js';
import type { Binding, LeaseRecord } from '../domain/lease.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Config } from './config.js';
import { ephemeralPorts } from './machine.js';

/**
 * The lease with a block on which nobody outside the store listens right now, avoiding `busy`. Only a look: the store
 * decides between leases, the engine between us and everybody else.
 *
 * @throws PORTS_EXHAUSTED, LEASE_LOST
 */
export async function freeBlock(
  config: Config,
  store: LeaseStore,
  lease: LeaseRecord,
  busy: readonly number[],
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
    held = store.exchangePorts(held, { ports, range: config.ports, avoid: [...avoid], ephemeral: ephemeralPorts() });
  }
}

async function listenedPorts(first: number, last: number): Promise<number[]> {
  const { default: getPort, clearLockedPorts } = await import('get-port');
  const listened: number[] = [];
  for (let port = first; port <= last; port++) {
    if ((await getPort({ port, host: '127.0.0.1' })) !== port) listened.push(port);
  }
  clearLockedPorts(); // get-port would keep a looked-at port from us for a while
  return listened;
}

/** What engines 26 and 28 and Docker Desktop say when a published port is taken; the number is in one of the groups. */
const PORT_TAKEN = [
  /Bind for \S*:(\d+) failed: port is already allocated/,
  /listen (?:tcp|udp)[46]? \S*:(\d+): bind: address already in use/,
  /bind host port (?:for )?[^\s:]*:(\d+)\S* ?\S*: address already in use/,
  /exposing port \w+ \S*:(\d+)/,
];

/** The port of a failed start that somebody else holds. */
export function takenPort(error: unknown): number | undefined {
  if (!(error instanceof EnvironmentError)) return undefined;
  const text = String(error.params.reason ?? '');
  for (const pattern of PORT_TAKEN) {
    const match = pattern.exec(text);
    if (match) return Number(match[1]);
  }
  return undefined;
}

export function portConflict(
  bindings: readonly Binding[],
  port: number,
  attempts: number,
  cause: unknown,
): EnvironmentError {
  const service = bindings.find((b) => port >= b.port && port < b.port + b.count)?.service ?? '';
  return new EnvironmentError('PORT_CONFLICT', { port, service, attempts }, { cause });
}
