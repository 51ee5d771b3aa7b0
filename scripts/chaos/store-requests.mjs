import { parseSubnet } from '../../dist/domain/subnet.js';
import { LeaseStore } from '../../dist/store/lease-store.js';

/** What the store's stress runs have in common: a store and what they ask it for. */

export function openStore(folder) {
  return new LeaseStore(folder);
}

/** A claim as an acquire of a middling compose file makes it. */
export function claimRequest(ports, range = { first: 20_000, last: 60_000 }) {
  return {
    base: 'stress',
    mode: 'dedicated',
    owner: { kind: 'session', host: 'stress', user: 'stress', command: `worker ${process.pid}`, job: null },
    engine: { endpoint: 'unix:///var/run/docker.sock', environment: {} },
    expiresAt: null,
    spec: { directory: '/stress', files: ['/stress/compose.yml'], profiles: [], envFiles: [] },
    ports,
    range,
    avoid: [5432, 6379, 8080],
    ephemeral: { first: 32_768, last: 60_999 },
    subnets: { demands: [{ network: 'default', prefix: 28 }], pool: parseSubnet('10.231.0.0/16'), taken: [] },
    exclusive: null,
    sharedKey: null,
    memory: 0,
  };
}

/** What `ready` writes for an environment with so many published ports. */
export function readyResult(lease) {
  const { first, last } = lease.ports;
  const ports = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const services = Object.fromEntries(
    ports.map((port) => [`service-${port}`, { started: 310, ready: 940, after: [] }]),
  );
  return {
    owner: lease.owner,
    expiresAt: null,
    bindings: ports.map((port, i) => ({
      service: `service-${port}`,
      target: 8000 + i,
      protocol: 'tcp',
      published: String(8000 + i),
      port,
      count: 1,
    })),
    holders: [],
    timeline: { begunAt: lease.createdAt, steps: { claim: 3, create: 220, start: 640, total: 940 }, services },
  };
}
