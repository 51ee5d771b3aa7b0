import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { connectFromHere, Peer } from '../support/peer.js';
import { FIXTURE_IMAGE, Scope } from '../support/scope.js';

/** Every way to publish for all the world. */
const COMPOSE = `
services:
  web:
    image: ${FIXTURE_IMAGE}
    ports:
      - "8080:8080"
      - "0.0.0.0:8081:8081"
      - "[::]:8082:8082"
      - "8083"
      - { target: 8084, published: "8084", host_ip: 0.0.0.0 }
`;

const missing = Peer.missing();

/** Those of the engine's bridges among them, that of the environment too. */
function addressesOfThisMachine(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:')).map(({ address }) => address);
}

const all = (results: Record<string, string>) => [...new Set(Object.values(results))];

/** Without what went to a network that another test has removed meanwhile: nothing answers there. */
function stillHere(results: Record<string, string>, peer: Peer): Record<string, string> {
  const here = new Set([...peer.addresses, ...addressesOfThisMachine()]);
  return Object.fromEntries(Object.entries(results).filter(([place]) => here.has(place.split(' ')[0] as string)));
}

describe.skipIf(missing !== undefined)(`a neighbour in the network ${missing ?? ''}`, () => {
  it.each(['range', 'ephemeral', 'fixed'] as const)('reaches no published port (portMode %s)', async (portMode) => {
    await using scope = new Scope();
    scope.file('compose.yml', COMPOSE);
    await using peer = await Peer.open();
    await using lease = await scope.manager.acquire({ cwd: scope.folder, portMode });
    const ports = Object.values(lease.services.web?.ports ?? {});
    expect(ports).toHaveLength(5);
    const addresses = [...new Set([...peer.addresses, ...addressesOfThisMachine()])];
    expect(addresses.length).toBeGreaterThan(2);
    const places = (to: readonly number[]) => addresses.flatMap((address) => to.map((port) => `${address} ${port}`));

    expect(all(stillHere(await peer.connect(places(ports)), peer))).toEqual(['ECONNREFUSED']);
    expect(all(await connectFromHere(ports.map((port) => `127.0.0.1 ${port}`)))).toEqual(['accepted']);

    // It is not the way that is missing: whoever listens for all the world is reached by every one of these addresses.
    const open = createServer((socket) => socket.end()).listen(0, '::');
    await once(open, 'listening');
    const reached = await peer.connect(places([(open.address() as AddressInfo).port]));
    expect(all(stillHere(reached, peer))).toEqual(['accepted']);
    open.close();
  });
});
