import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindPorts, blockSize, type ExtraPort, keepPorts, publishedPorts } from '../../src/domain/bindings.js';
import type { ComposeModel, PortModel, ServiceModel } from '../../src/domain/model.js';
import type { PortMode } from '../../src/domain/ports.js';

const model = (services: Record<string, ServiceModel>): ComposeModel => ({ name: 'x', services });
const port = (text: string): PortModel => {
  const [, published = '', target, protocol = 'tcp'] = /^(.*):(\d+)(?:\/(\w+))?$/.exec(text) ?? [];
  return { target: Number(target), published, protocol };
};
/** "30000-30001 db 5432/tcp" */
const show = (services: Record<string, ServiceModel>, extra?: ExtraPort[], mode?: PortMode) =>
  bindPorts(model(services), 30000, extra, mode).map(
    (b) => `${b.port}${b.count > 1 ? `-${b.port + b.count - 1}` : ''} ${b.service} ${b.target}/${b.protocol}`,
  );
const ports = (...texts: string[]) => ({ ports: texts.map(port) });

describe('which leased port stands for which', () => {
  it.each<[string, Record<string, ServiceModel>, string[]]>([
    ['nothing', { a: {} }, []],
    [
      'one after the other',
      { a: ports('80:80', '81:81'), b: ports('90:90') },
      ['30000 a 80/tcp', '30001 a 81/tcp', '30002 b 90/tcp'],
    ],
    ['the same number of two services', { a: ports('80:80'), b: ports('80:80') }, ['30000 a 80/tcp', '30001 b 80/tcp']],
    ['TCP and UDP of one number', { a: ports('53:53', '53:53/udp') }, ['30000 a 53/tcp', '30000 a 53/udp']],
    ['UDP first', { a: ports('53:53/udp', '53:53') }, ['30000 a 53/udp', '30000 a 53/tcp']],
    [
      'TCP and UDP of one number to two targets',
      { a: ports('443:443', '443:8443/udp') },
      ['30000 a 443/tcp', '30000 a 8443/udp'],
    ],
    ['TCP and UDP of two numbers', { a: ports('53:53', '54:53/udp') }, ['30000 a 53/tcp', '30001 a 53/udp']],
    ['TCP and UDP of two services', { a: ports('53:53'), b: ports('53:53/udp') }, ['30000 a 53/tcp', '30001 b 53/udp']],
    ['a number on two addresses', { a: ports('80:80', '80:80') }, ['30000 a 80/tcp', '30001 a 80/tcp']],
    [
      'a number on two addresses, and UDP',
      { a: ports('80:80', '80:80', '80:80/udp', '80:80/udp') },
      ['30000 a 80/tcp', '30001 a 80/tcp', '30001 a 80/udp', '30002 a 80/udp'],
    ],
    [
      'left to the engine',
      { a: ports(':80', ':81', ':80/udp') },
      ['30000 a 80/tcp', '30001 a 81/tcp', '30000 a 80/udp'],
    ],
    ['left to the engine by a zero', { a: ports('0:80', '0:81') }, ['30000 a 80/tcp', '30001 a 81/tcp']],
    [
      'every container of a service',
      { a: { ...ports('80:80', '81:81'), scale: 3 }, b: ports('1:1') },
      ['30000-30002 a 80/tcp', '30003-30005 a 81/tcp', '30006 b 1/tcp'],
    ],
    [
      'TCP and UDP of several containers',
      { a: { ...ports('53:53', '53:53/udp'), scale: 2 }, b: ports('1:1') },
      ['30000-30001 a 53/tcp', '30000-30001 a 53/udp', '30002 b 1/tcp'],
    ],
    ['a range for one container', { a: ports('9000-9009:80') }, ['30000 a 80/tcp']],
    ['a service without containers', { a: { ...ports('80:80'), scale: 0 } }, ['30000 a 80/tcp']],
  ])('%s', (_, services, expected) => {
    expect(show(services)).toEqual(expected);
  });

  it('gives ports to a service that publishes none of itself, for each of its containers', () => {
    const extra = [
      { service: 'b', target: 80, protocol: 'tcp' },
      { service: 'b', target: 80, protocol: 'udp' },
    ];
    expect(show({ a: ports('80:80'), b: { scale: 2 } }, extra)).toEqual([
      '30000 a 80/tcp',
      '30001-30002 b 80/tcp',
      '30001-30002 b 80/udp',
    ]);
  });

  it.each<[PortMode, string[]]>([
    ['range', ['30000 a 80/tcp', '30001 a 81/tcp', '30002-30003 b 90/tcp', '30004 c 80/tcp']],
    ['ephemeral', ['0 a 80/tcp', '0 a 81/tcp', '0-1 b 90/tcp', '0 c 80/tcp']],
    ['fixed', ['8080 a 80/tcp', '0 a 81/tcp', '9000-9009 b 90/tcp', '80 c 80/tcp']],
  ])('in the mode "%s"', (mode, expected) => {
    const services = { a: ports('8080:80', ':81'), b: { ...ports('9000-9009:90'), scale: 2 }, c: {} };
    expect(show(services, [{ service: 'c', target: 80, protocol: 'tcp' }], mode)).toEqual(expected);
  });

  it('has a block without a gap or an overlap, whatever is published', () => {
    const any = fc.record({
      target: fc.integer({ min: 1, max: 4 }),
      published: fc.constantFrom('', '0', '80', '81', '80-82'),
      protocol: fc.constantFrom('tcp', 'udp'),
    });
    const service = fc.record({ ports: fc.array(any, { maxLength: 6 }), scale: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), service), (services) => {
        const bindings = bindPorts(model(services), 100);
        const size = blockSize(bindings, 100);
        const seen = new Map<string, string>();
        const used = new Set<number>();
        for (const b of bindings) {
          for (let p = b.port; p < b.port + b.count; p++) {
            expect(seen.has(`${p}/${b.protocol}`)).toBe(false);
            seen.set(`${p}/${b.protocol}`, b.service);
            used.add(p);
          }
        }
        for (const p of used) {
          const owners = ['tcp', 'udp'].flatMap((protocol) => seen.get(`${p}/${protocol}`) ?? []);
          expect(new Set(owners).size).toBe(1);
        }
        expect([...used].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => 100 + i));
      }),
    );
  });
});

describe('the numbers that a file publishes', () => {
  it('are those, ranges included, and none that the engine chooses', () => {
    const services = { a: ports('80:80', '9000-9002:1', ':5', '0:6', '80:80/udp'), b: {} };
    expect(publishedPorts(model(services))).toEqual([80, 9000, 9001, 9002, 80]);
  });
});

describe('ports of an environment that runs already', () => {
  const bound = (services: Record<string, ServiceModel>) => bindPorts(model(services), 30000);
  const kept = (before: Record<string, ServiceModel>, now: Record<string, ServiceModel>, last = 30099) =>
    keepPorts(bound(now), bound(before), { first: 30000, last })?.map((b) => `${b.port} ${b.service}/${b.protocol}`);

  it.each<[string, Record<string, ServiceModel>, Record<string, ServiceModel>, string[]]>([
    [
      'stay where a service comes before them',
      { b: ports('80:80') },
      { a: ports('1:1'), b: ports('80:80') },
      ['30001 a/tcp', '30000 b/tcp'],
    ],
    [
      'stay where one goes, whose port is then free',
      { a: ports('1:1'), b: ports('2:2') },
      { b: ports('2:2'), c: ports('3:3') },
      ['30001 b/tcp', '30000 c/tcp'],
    ],
    [
      'are one for TCP and UDP of one number, also where the one comes later',
      { a: ports('53:53'), b: ports('80:80') },
      { a: ports('53:53', '53:53/udp'), b: ports('80:80') },
      ['30000 a/tcp', '30000 a/udp', '30001 b/tcp'],
    ],
    [
      'are new in a row for more replicas',
      { a: ports('80:80'), b: ports('81:81') },
      { a: { ...ports('80:80'), scale: 2 }, b: ports('81:81') },
      ['30002 a/tcp', '30001 b/tcp'],
    ],
  ])('%s', (_, before, now, expected) => {
    expect(kept(before, now)).toEqual(expected);
  });

  it('are not to be had where the block is too small, or there is none', () => {
    expect(kept({ a: ports('1:1') }, { a: ports('1:1'), b: ports('2:2') }, 30000)).toBe(undefined);
    expect(keepPorts(bound({ a: ports('1:1') }), [], null)).toBe(undefined);
  });

  it('are none that somebody else listens on', () => {
    const block = { first: 30000, last: 30003 };
    const now = bound({ a: ports('1:1'), b: ports('2:2') });
    const found = keepPorts(now, bound({ a: ports('1:1') }), block, [30000, 30001, 30002]);
    expect(found?.map(({ port }) => port)).toEqual([30000, 30003]);
  });

  it('of any two files never meet', () => {
    const services = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc
        .uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 })
        .map((numbers) => ports(...numbers.map((n) => `${n}:${n}`))),
    );
    fc.assert(
      fc.property(services, services, (before, now) => {
        const found = keepPorts(bound(now), bound(before), { first: 30000, last: 30099 }) ?? [];
        expect(new Set(found.map(({ port }) => port)).size).toBe(found.length);
        expect(found).toHaveLength(bound(now).length);
      }),
    );
  });
});
