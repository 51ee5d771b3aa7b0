import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseSubnet,
  formatAddress,
  formatSubnet,
  overlaps,
  parseAddress,
  parseSubnet,
  type Subnet,
} from '../../src/domain/subnet.js';

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const pool = parseSubnet('10.231.0.0/24') as Subnet;

describe('an address', () => {
  it.each<[string, number | undefined]>([
    ['0.0.0.0', 0],
    ['10.0.0.1', 167772161],
    ['255.255.255.255', 4294967295],
    ['256.0.0.1', undefined],
    ['10.0.0', undefined],
    ['10.0.0.0.1', undefined],
    ['10..0.1', undefined],
    ['10.0.0.', undefined],
    ['10.0.0. 1', undefined],
    ['0x10.0.0.1', undefined],
    ['1e1.0.0.1', undefined],
    ['-1.0.0.1', undefined],
    ['fd00::1', undefined],
    ['', undefined],
  ])('"%s"', (text, expected) => {
    expect(parseAddress(text)).toBe(expected);
  });

  it('is the same after it was written and read', () => {
    fc.assert(
      fc.property(address, (n) => {
        expect(parseAddress(formatAddress(n))).toBe(n);
      }),
    );
  });
});

describe('a subnet', () => {
  it.each<[string, string | undefined]>([
    ['10.1.0.0/16', '10.1.0.0/16'],
    ['10.1.2.3/16', '10.1.0.0/16'],
    [' 10.1.0.0/28 ', '10.1.0.0/28'],
    ['200.0.0.0/8', '200.0.0.0/8'],
    ['1.2.3.4/32', '1.2.3.4/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['10.1.0.0/33', undefined],
    ['10.1.0.0', undefined],
    ['10.1.0/16', undefined],
    ['300.1.0.0/16', undefined],
    ['fd00::/64', undefined],
    ['', undefined],
  ])('"%s"', (text, expected) => {
    const subnet = parseSubnet(text);
    expect(subnet && formatSubnet(subnet)).toBe(expected);
  });

  it('holds 2^(32-prefix) addresses, its own among them', () => {
    fc.assert(
      fc.property(address, fc.integer({ min: 0, max: 32 }), (n, prefix) => {
        const subnet = parseSubnet(`${formatAddress(n)}/${prefix}`) as Subnet;
        expect(subnet.last - subnet.first + 1).toBe(2 ** (32 - prefix));
        expect(subnet.first <= n && n <= subnet.last).toBe(true);
        expect(parseSubnet(formatSubnet(subnet))).toEqual(subnet);
      }),
    );
  });

  it.each([
    ['10.0.0.0/24', '10.0.0.0/24', true],
    ['10.0.0.0/24', '10.0.0.128/25', true],
    ['10.0.0.128/25', '10.0.0.0/8', true],
    ['10.0.0.0/24', '10.0.1.0/24', false],
    ['10.0.1.0/24', '10.0.0.0/24', false],
  ])('%s and %s overlap: %s', (a, b, expected) => {
    expect(overlaps(parseSubnet(a) as Subnet, parseSubnet(b) as Subnet)).toBe(expected);
  });
});

describe('the choice of a subnet', () => {
  it.each<[string, number, string[], string | undefined]>([
    ['the lowest', 28, [], '10.231.0.0/28'],
    ['behind what is taken', 28, ['10.231.0.0/28'], '10.231.0.16/28'],
    ['in a gap', 28, ['10.231.0.0/28', '10.231.0.32/28'], '10.231.0.16/28'],
    ['not in a gap that is too small', 27, ['10.231.0.0/28', '10.231.0.32/28'], '10.231.0.64/27'],
    ['aligned behind a small one', 26, ['10.231.0.4/30'], '10.231.0.64/26'],
    ['whatever is taken elsewhere', 28, ['10.230.0.0/16', '10.232.0.0/16'], '10.231.0.0/28'],
    ['none where a larger one covers the pool', 28, ['10.0.0.0/8'], undefined],
    ['none where the pool is smaller', 23, [], undefined],
    ['the whole pool', 24, [], '10.231.0.0/24'],
    ['none where one address of the pool is taken', 24, ['10.231.0.255/32'], undefined],
  ])('is %s', (_, prefix, taken, expected) => {
    const chosen = chooseSubnet(
      pool,
      prefix,
      taken.map((text) => parseSubnet(text) as Subnet),
    );
    expect(chosen && formatSubnet(chosen)).toBe(expected);
  });

  it('finds one exactly when there is one, and never one that overlaps', () => {
    const block = fc
      .tuple(fc.integer({ min: pool.first - 40, max: pool.last }), fc.integer({ min: 0, max: 60 }))
      .map(([first, more]) => ({ first, last: first + more }));
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), fc.integer({ min: 25, max: 31 }), (taken, prefix) => {
        const size = 2 ** (32 - prefix);
        const all = Array.from({ length: 256 / size }, (_, i) => pool.first + i * size);
        const free = all.filter((first) => !taken.some((t) => overlaps(t, { first, last: first + size - 1 })));
        const chosen = chooseSubnet(pool, prefix, taken);
        expect(chosen).toEqual(free.length > 0 ? { first: free[0], last: (free[0] as number) + size - 1 } : undefined);
      }),
    );
  });

  it('is searched from any place in the pool on, and then from its beginning', () => {
    const taken = ['10.231.0.32/27', '10.231.0.224/27'].map((text) => parseSubnet(text) as Subnet);
    const from = (offset: number) => {
      const chosen = chooseSubnet(pool, 27, taken, pool.first + offset);
      return chosen && formatSubnet(chosen);
    };
    expect([0, 1, 64, 65, 193, 255].map(from)).toEqual([
      '10.231.0.0/27',
      '10.231.0.64/27',
      '10.231.0.64/27',
      '10.231.0.96/27',
      '10.231.0.0/27',
      '10.231.0.0/27',
    ]);
  });
});
