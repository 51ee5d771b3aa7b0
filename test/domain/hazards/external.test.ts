import { describe, expect, it } from 'vitest';
import type { Decisions } from '../../../src/domain/decisions.js';
import { asked, PROJECT, planOf, told } from '../../support/plan-of.js';

const sections = {
  services: {
    web: {
      image: 'web',
      networks: { proxy: null },
      volumes: [{ type: 'volume', source: 'data', target: '/data' }],
    },
  },
  networks: { proxy: { external: true, name: 'proxy-net' } },
  volumes: { data: { external: true, name: 'their-data' }, own: { name: `${PROJECT}_own` } },
};

describe('external volumes and networks', () => {
  it('are asked about, with the choices that there are', () => {
    const plan = planOf(sections);
    const open = plan.hazards.filter((h) => h.class === 'decision');
    expect(open.map((h) => [h.kind, h.path, h.was, h.choices])).toEqual([
      ['external-volume', ['volumes', 'data'], 'their-data', ['external=fresh', 'external=clone', 'external=share']],
      ['external-network', ['networks', 'proxy'], 'proxy-net', ['external=fresh', 'external=share']],
    ]);
  });

  it.each<[string, Decisions['external'], { volume: string | undefined; network: string | undefined; copies: number }]>(
    [
      ['fresh', 'fresh', { volume: `${PROJECT}_data`, network: `${PROJECT}_proxy`, copies: 0 }],
      ['clone', 'clone', { volume: `${PROJECT}_data`, network: `${PROJECT}_proxy`, copies: 1 }],
      ['share', 'share', { volume: undefined, network: undefined, copies: 0 }],
      ['by key', { data: 'share', proxy: 'fresh' }, { volume: undefined, network: `${PROJECT}_proxy`, copies: 0 }],
      [
        'by the name on the engine',
        { 'their-data': 'clone', 'proxy-net': 'share' },
        { volume: `${PROJECT}_data`, network: undefined, copies: 1 },
      ],
      [
        'by key, the rest by "*"',
        { data: 'share', '*': 'fresh' },
        { volume: undefined, network: `${PROJECT}_proxy`, copies: 0 },
      ],
    ],
  )('%s', (_, external, expected) => {
    const plan = planOf(sections, { decisions: external === undefined ? {} : { external } });
    expect(asked(plan)).toEqual([]);
    const own = (object: { external?: boolean; name?: string } | null | undefined) =>
      object?.external ? undefined : object?.name;
    expect(own(plan.after.volumes?.data)).toBe(expected.volume);
    expect(own(plan.after.networks?.proxy)).toBe(expected.network);
    expect(plan.copies).toHaveLength(expected.copies);
    expect(told(plan, 'external-volume', 'external-network').every((line) => line.startsWith('notice '))).toBe(true);
  });

  it('a decision about another one decides nothing', () => {
    const plan = planOf(sections, { decisions: { external: { other: 'fresh', data: 'fresh' } } });
    expect(asked(plan)).toEqual(['external-network proxy-net']);
  });

  it.each(['constructor', 'toString', '__proto__'])('nobody has decided about one called %s', (key) => {
    const volumes = JSON.parse(`{ "${key}": { "external": true } }`);
    const plan = planOf(
      { services: { web: { image: 'x' } }, volumes },
      { decisions: { external: { other: 'share' } } },
    );
    expect(plan.hazards.filter((h) => h.class === 'decision')).toHaveLength(1);
  });

  it('copies through an image that is certainly there', () => {
    const plan = planOf(sections, { decisions: { external: 'clone' } });
    expect(plan.copies).toEqual([
      { from: { type: 'volume', source: 'their-data' }, to: `${PROJECT}_data`, image: 'web' },
    ]);
  });

  it('copies through the image that is built, under the tag that it gets', () => {
    const web = { ...sections.services.web, build: { context: '/repo' }, image: 'web:1' };
    const plan = planOf({ ...sections, services: { web } }, { decisions: { external: 'clone' } });
    expect(plan.copies[0]?.image).toBe(plan.after.services.web?.image);
    const { image: _, ...nameless } = web;
    const unnamed = planOf({ ...sections, services: { web: nameless } }, { decisions: { external: 'clone' } });
    expect(unnamed.copies[0]?.image).toBe(unnamed.after.services.web?.image);
  });

  it('two keys for one object get one of our own', () => {
    const volumes = { a: { external: true, name: 'theirs' }, b: { external: true, name: 'theirs' } };
    const services = { web: { image: 'x', volumes: [{ type: 'volume', source: 'a', target: '/a' }] } };
    const plan = planOf({ services, volumes }, { decisions: { external: 'clone' } });
    expect(plan.after.volumes).toMatchObject({ a: { name: `${PROJECT}_a` }, b: { name: `${PROJECT}_a` } });
  });

  it.each(['fresh', 'share'] as const)('no copy claims a fixed address on one (%s)', (external) => {
    const networks = { proxy: { ipv4_address: '172.18.0.5', ipv6_address: 'fd00::5', aliases: ['x'] } };
    const plan = planOf(
      { services: { web: { image: 'x', networks } }, networks: sections.networks },
      { decisions: { external } },
    );
    expect(plan.after.services.web?.networks).toEqual({ proxy: { aliases: ['x'] } });
    expect(told(plan, 'static-address')).toEqual([
      'notice 172.18.0.5 => an address that the engine chooses',
      'notice fd00::5 => an address that the engine chooses',
    ]);
  });
});
