import { EnvironmentError } from '../domain/errors.js';
import type { SubnetDemand } from '../domain/hazards/subnets.js';
import { chooseBlock, type PortRange } from '../domain/ports.js';
import { chooseSubnet, formatSubnet, parseSubnet, type Subnet } from '../domain/subnet.js';
import type { SqliteConnection } from './drivers/driver.js';
import { meta, setMeta } from './origin.js';

export interface PortRequest {
  /** How many ports in a row; 0 for none. */
  readonly ports: number;
  readonly range: PortRange;
  /** Ports that must not be in the block. */
  readonly avoid: readonly number[];
  readonly ephemeral?: PortRange | undefined;
  /** The search begins behind this port; behind the last block that was handed out when absent. */
  readonly after?: number | undefined;
  /** Of an environment that comes back: whose block it is, so that it can be asked for again. */
  readonly seat?: string | undefined;
}

export interface SubnetRequest {
  readonly demands: readonly SubnetDemand[];
  readonly pool: Subnet;
  /** Networks of this machine and of the engine that are not ours. */
  readonly taken: readonly Subnet[];
  /** The search begins at this address of the pool; at its beginning when absent. */
  readonly from?: number | undefined;
}

/**
 * A block of ports that no lease holds. Runs inside the transaction that writes the lease.
 *
 * @throws PORTS_EXHAUSTED
 */
export function choosePorts(database: SqliteConnection, request: PortRequest): PortRange | null {
  if (request.ports === 0) return null;
  const { range } = request;
  const leased = database
    .prepare('SELECT port_first AS first, port_last AS last FROM leases WHERE port_first IS NOT NULL')
    .all() as PortRange[];
  const block = chooseBlock({
    range,
    size: request.ports,
    taken: [...leased, ...request.avoid.map((port) => ({ first: port, last: port }))],
    after: request.after ?? Number(meta(database, 'port-cursor') ?? 0),
    ephemeral: request.ephemeral,
  });
  if (!block) {
    throw new EnvironmentError('PORTS_EXHAUSTED', {
      count: request.ports,
      range: `${range.first}-${range.last}`,
      held: leased.reduce((sum, b) => sum + b.last - b.first + 1, 0),
      leases: leased.length,
    });
  }
  setMeta(database, 'port-cursor', String(block.last));
  if (request.seat !== undefined) setMeta(database, seatKey(request.seat), String(block.first));
  return block;
}

function seatKey(seat: string): string {
  return `ports:${seat}`;
}

/** The port before the first that the seat had last: where the search for a block begins, so that it gets the same. */
export function lastPort(database: SqliteConnection, seat: string): number | undefined {
  const first = meta(database, seatKey(seat));
  return first === undefined ? undefined : Number(first) - 1;
}

/**
 * Subnets that no lease holds: network of the file → "10.231.0.0/28". Runs inside the transaction that writes the lease.
 *
 * @throws SUBNETS_EXHAUSTED
 */
export function chooseSubnets(database: SqliteConnection, request: SubnetRequest): Record<string, string> {
  const { demands, pool, taken, from } = request;
  if (demands.length === 0) return {};
  const leased = database.prepare("SELECT subnets FROM leases WHERE subnets <> '{}'").values() as string[];
  const used = [
    ...taken,
    ...leased.flatMap((json) => Object.values(JSON.parse(json) as Record<string, string>)).flatMap(toSubnet),
  ];
  const chosen: Record<string, string> = {};
  for (const { network, prefix } of demands) {
    const subnet = chooseSubnet(pool, prefix, used, from);
    if (!subnet) throw new EnvironmentError('SUBNETS_EXHAUSTED', { prefix, pool: formatSubnet(pool) });
    used.push(subnet);
    chosen[network] = formatSubnet(subnet);
  }
  return chosen;
}

function toSubnet(text: string): Subnet[] {
  const subnet = parseSubnet(text);
  return subnet ? [subnet] : [];
}
