import { describe, expect, it } from 'vitest';
import { breaches, type ContainerBelongings } from '../../src/domain/isolation.js';
import type { LeaseRecord } from '../../src/domain/lease.js';
import type { ComposeModel, ServiceModel } from '../../src/domain/model.js';
import { PROJECT, resolved } from '../support/plan-of.js';

const lease = { project: PROJECT, ports: { first: 30000, last: 30001 }, spec: {} } as LeaseRecord;
const HOST = '127.0.0.1';

const container: ContainerBelongings = {
  name: `${PROJECT}-web-1`,
  service: 'web',
  ports: { '80/tcp': [{ host: HOST, port: 30000 }], '81/tcp': [{ host: HOST, port: 30001 }] },
  mounts: [
    { type: 'volume', name: `${PROJECT}_data` },
    { type: 'volume', name: 'a'.repeat(64) },
    { type: 'bind', name: '' },
  ],
  networks: [`${PROJECT}_default`],
};

const modelOf = (web: ServiceModel = {}, more: Partial<ComposeModel> = {}) => resolved({ services: { web }, ...more });

describe('what a container has that its lease does not hold', () => {
  it('is nothing when all of it is the project’s', () => {
    expect(breaches(lease, modelOf(), container, HOST)).toEqual([]);
  });

  it('is nothing of the seat’s volumes and, where they are free, of the file’s ports, for what comes back', () => {
    const seated = { ...lease, spec: { seat: 'shop-dev-1', keepsVolumes: true } } as LeaseRecord;
    const model = modelOf({ ports: [{ target: 80, published: '8080' }] });
    const own = {
      ...container,
      mounts: [{ type: 'volume', name: 'shop-dev-1_data' }],
      ports: { '80/tcp': [{ host: HOST, port: 8080 }] },
    };
    expect(breaches(seated, model, own, HOST, 'stable')).toEqual([]);
    expect(breaches(seated, model, own, HOST, 'range')).toEqual(['the published port 127.0.0.1:8080']);
    expect(breaches(lease, model, own, HOST, 'stable')).toEqual(['the volume shop-dev-1_data']);
  });

  it.each<[string, Partial<ContainerBelongings>]>([
    ['the container name the-web', { name: 'the-web' }],
    [`the container name ${PROJECT}2-web-1`, { name: `${PROJECT}2-web-1` }],
    ['the published port 127.0.0.1:29999', { ports: { '80/tcp': [{ host: HOST, port: 29999 }] } }],
    ['the published port 127.0.0.1:30002', { ports: { '80/tcp': [{ host: HOST, port: 30002 }] } }],
    ['the published port 0.0.0.0:30000', { ports: { '80/tcp': [{ host: '0.0.0.0', port: 30000 }] } }],
    ['the volume theirs', { mounts: [{ type: 'volume', name: 'theirs' }] }],
    [`the volume ${PROJECT}2_data`, { mounts: [{ type: 'volume', name: `${PROJECT}2_data` }] }],
    ['the network theirs', { networks: [`${PROJECT}_default`, 'theirs'] }],
  ])('%s', (what, own) => {
    expect(breaches(lease, modelOf(), { ...container, ...own }, HOST)).toEqual([what]);
  });

  it('is every port when the lease holds none', () => {
    expect(breaches({ ...lease, ports: null }, modelOf(), container, HOST)).toHaveLength(2);
  });

  it.each<[string, ServiceModel, Partial<ComposeModel>, Partial<ContainerBelongings>]>([
    [
      'an external volume',
      {},
      { volumes: { x: { external: true, name: 'theirs' } } },
      { mounts: [{ type: 'volume', name: 'theirs' }] },
    ],
    ['an external network', {}, { networks: { theirs: { external: true } } }, { networks: ['theirs'] }],
    ['a network by its name', { network_mode: 'theirs' }, {}, { networks: ['theirs'] }],
    [
      'another container’s volumes',
      { volumes_from: ['container:x'] },
      {},
      { mounts: [{ type: 'volume', name: 'theirs' }] },
    ],
    ['the host’s network', { network_mode: 'host' }, {}, { networks: ['host'] }],
  ])('is not what the file declares to be another’s: %s', (_, web, more, own) => {
    expect(breaches(lease, modelOf(web, more), { ...container, ...own }, HOST)).toEqual([]);
  });
});
