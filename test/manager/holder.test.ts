import { describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../src/domain/errors.js';
import { LABEL } from '../../src/domain/labels.js';
import type { LeaseRecord } from '../../src/domain/lease.js';
import type { ContainerSummary, Engine } from '../../src/engine/engine.js';
import { nameHolder, portHolder, usersOf, type Witnesses } from '../../src/manager/holder.js';
import { thisSession } from '../../src/manager/machine.js';
import { NEVER } from '../support/scope.js';

/** A port that nobody has: it is reserved. */
const FREE_PORT = 1;
const OURS = 'a'.repeat(32);
const own = { id: 'f'.repeat(32) } as LeaseRecord;

function lease(more: Partial<LeaseRecord>): LeaseRecord {
  const owner = thisSession('docker-manual start', {});
  return { id: OURS, owner, state: 'ready', sharedKey: null, holders: [], ...more } as unknown as LeaseRecord;
}

function container(name: string, labels: Record<string, string>, more: Partial<ContainerSummary> = {}) {
  return { id: `${name}-id`, name, labels, published: [], networks: [], volumes: [], ...more } as ContainerSummary & {
    labels: Record<string, string>;
  };
}

/** An engine that has these containers, and a store that knows one lease. */
function witnesses(containers: readonly ContainerSummary[], record?: LeaseRecord, host = '127.0.0.1'): Witnesses {
  const store = { id: 'this-store', find: (id: string) => (id === record?.id ? record : undefined) };
  return { engine: { host, containers: async () => containers } as unknown as Engine, store };
}

describe('the holder of a port', () => {
  const mine = { [LABEL.lease]: OURS, [LABEL.store]: 'this-store', 'com.docker.compose.project': 'shop-1a2b' };
  const held = (labels: Record<string, string>, record?: LeaseRecord) =>
    portHolder(
      witnesses([container('db', labels, { published: [{ target: 5432, protocol: 'tcp', port: 5432 }] })], record),
      own,
      5432,
      NEVER,
    );

  it('is a container, with as much as its labels say', async () => {
    expect((await held({})).text).toBe('container db');
    expect((await held({ 'com.docker.compose.project': 'shop' })).text).toBe('container db of Compose project shop');
  });

  it('is one of ours: left alone while its lease lives, a leftover when that is over', async () => {
    const living = await held(mine, lease({ project: 'shop-1a2b', expiresAt: null }));
    expect(living.text).toMatch(
      /^container db of Compose project shop-1a2b, lease aaaaaaaa, held by \S+, by docker-manual start$/,
    );
    expect(living.leftover).toBeUndefined();
    const expired = lease({ expiresAt: Date.now() - 60_000 });
    const over = await held(mine, expired);
    expect(over.leftover).toEqual({ lease: expired, cause: expect.stringMatching(/^lease expired/) });
  });

  it('is nobody’s leftover where nobody here knows its lease', async () => {
    for (const labels of [mine, { ...mine, [LABEL.store]: 'another' }]) {
      const { text, leftover } = await held(labels);
      expect(text).toContain('held by docker-manual with another state folder');
      expect(leftover).toBeUndefined();
    }
  });

  it('is never the lease itself', async () => {
    const self = witnesses([
      container('own', { [LABEL.lease]: own.id }, { published: [{ target: 80, protocol: 'tcp', port: FREE_PORT }] }),
    ]);
    expect((await portHolder(self, own, FREE_PORT, NEVER)).text).not.toContain('own');
  });

  it('is not known where it cannot be seen: then the command that tells', async () => {
    const { text } = await portHolder(witnesses([]), own, FREE_PORT, NEVER);
    expect(text).toMatch(/^somebody who cannot be seen from here \(`.*:1'?` tells\)$/);
    const remote = await portHolder(witnesses([], undefined, '10.0.0.7'), own, FREE_PORT, NEVER);
    expect(remote.text).toMatch(/^somebody on the engine’s machine/);
  });
});

describe('the holder of a name', () => {
  it('is found by the id that the engine has told, however the name is spelt', async () => {
    const all = witnesses([container('other', {}), container('db', {})]);
    const error = new EnvironmentError('NAME_CONFLICT', { kind: 'container', name: 'x', holderId: 'db-i' });
    expect((await nameHolder(all, error, NEVER)).text).toBe('container db');
  });

  it('may have gone meanwhile', async () => {
    const error = new EnvironmentError('NAME_CONFLICT', { kind: 'container', name: 'x' });
    expect((await nameHolder(witnesses([]), error, NEVER)).text).toBe('a container that has gone meanwhile');
  });
});

it('names every container that keeps a network or volume', () => {
  const all = [
    container('a', {}, { networks: ['backend'] }),
    container('b', { 'com.docker.compose.project': 'shop' }, { networks: ['backend'], volumes: ['data'] }),
  ];
  const inUse = (kind: string, name: string) => usersOf(all, new EnvironmentError('OBJECT_IN_USE', { kind, name }));
  expect(inUse('network', 'backend')).toBe('container a and container b of Compose project shop');
  expect(inUse('volume', 'data')).toBe('container b of Compose project shop');
  expect(inUse('volume', 'other')).toBe('a container that has gone meanwhile');
});
