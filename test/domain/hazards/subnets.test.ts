import { describe, expect, it } from 'vitest';
import { subnetDemands } from '../../../src/domain/hazards/subnets.js';
import type { NetworkModel, ServiceModel } from '../../../src/domain/model.js';
import { asked, PROJECT, planOf, resolved, told } from '../../support/plan-of.js';

const SUBNET = '172.30.0.0/16';

/** One network with a subnet, and services at addresses on it. */
function cluster(addresses: Record<string, string | undefined>, more: ServiceModel = {}, net: NetworkModel = {}) {
  const services = Object.entries(addresses).map(([name, ipv4_address]) => [
    name,
    { image: 'x', networks: { net: ipv4_address ? { ipv4_address } : null }, ...more },
  ]);
  return {
    services: Object.fromEntries(services) as Record<string, ServiceModel>,
    networks: { net: { ipam: { config: [{ subnet: SUBNET }] }, ...net } },
  };
}

const leased = (subnet: string) => ({ subnets: new Map([['net', subnet]]) });

describe('which subnets are needed', () => {
  const demand = (sections: ReturnType<typeof cluster>, short = false) => subnetDemands(resolved(sections), short);

  it.each<[string, ReturnType<typeof cluster>, number | undefined]>([
    ['none for a subnet that nobody uses', cluster({ a: undefined }), undefined],
    ['a small one for static addresses', cluster({ a: '172.30.0.11', b: '172.30.0.14' }), 28],
    ['a larger one where an address would be the broadcast’s', cluster({ a: '172.30.0.15' }), 27],
    ['a larger one where an address would be the network’s', cluster({ a: '172.30.0.16' }), 27],
    ['a larger one where an address would be the gateway’s', cluster({ a: '172.30.0.17' }), 27],
    ['a small one, however far up in the network', cluster({ a: '172.30.200.10', b: '172.30.200.11' }), 28],
    ['one that spans the addresses', cluster({ a: '172.30.0.10', b: '172.30.1.10' }), 23],
    ['one with room for all containers', cluster({ a: '172.30.0.2' }, { scale: 14 }), 27],
    [
      'one with the gateway that is declared',
      cluster({ a: '172.30.0.2' }, {}, { ipam: { config: [{ subnet: SUBNET, gateway: '172.30.0.254' }] } }),
      24,
    ],
    [
      'twice the room where dynamic addresses keep away',
      cluster({ a: '172.30.0.2' }, {}, { ipam: { config: [{ subnet: SUBNET, ip_range: '172.30.5.0/24' }] } }),
      27,
    ],
    ['none for an external network', cluster({ a: '172.30.0.2' }, {}, { external: true }), undefined],
    ['one for static addresses on another driver', cluster({ a: '172.30.0.2' }, {}, { driver: 'macvlan' }), 28],
    [
      'one where a text names the subnet',
      cluster({ a: undefined }, { environment: { TRUSTED: '10.0.0.1,172.30.0.0/16' } }),
      28,
    ],
    ['one where a text names the gateway', cluster({ a: undefined }, { extra_hosts: ['host=172.30.0.1'] }), 28],
    [
      'none where a text names another address',
      cluster({ a: undefined }, { environment: { X: '172.30.0.10' } }),
      undefined,
    ],
    ['none for an address that is not in the network', cluster({ a: '10.9.9.9' }), undefined],
    ['none for what is no address', cluster({ a: '172.30.0' }), undefined],
  ])('%s', (_, sections, prefix) => {
    expect(demand(sections)).toEqual(prefix === undefined ? [] : [{ network: 'net', prefix }]);
  });

  it('are all bridges when the engine’s pools are short', () => {
    const networks = { a: {}, b: { driver: 'bridge' }, c: { driver: 'macvlan' }, d: { external: true }, e: null };
    const many = { image: 'x', networks: { a: null }, scale: 20 };
    const model = resolved({ services: { many, one: { image: 'x', networks: { b: null } } }, networks });
    expect(subnetDemands(model, true)).toEqual([
      { network: 'a', prefix: 27 },
      { network: 'b', prefix: 28 },
      { network: 'e', prefix: 28 },
    ]);
    expect(subnetDemands(model, false)).toEqual([]);
  });
});

describe('subnets', () => {
  it('that nobody uses are left to the engine', () => {
    const plan = planOf(cluster({ a: undefined }));
    expect(plan.after.networks?.net).not.toHaveProperty('ipam');
    expect(told(plan, 'subnet')).toEqual([`silent ${SUBNET} => a subnet that the engine chooses`]);
  });

  it('of the engine’s own choice become leased ones when it is short of them', () => {
    const plan = planOf({ services: { a: { image: 'x' } } }, { subnets: new Map([['default', '10.231.0.0/28']]) });
    expect(plan.after.networks?.default?.ipam).toEqual({ config: [{ subnet: '10.231.0.0/28' }] });
    expect(told(plan, 'subnet')).toEqual([]);
  });

  it('move with their addresses, which keep their place', () => {
    const plan = planOf(cluster({ a: '172.30.0.11', b: '172.30.0.2' }), leased('10.231.4.16/28'));
    expect(plan.after.networks?.net?.ipam?.config).toEqual([{ subnet: '10.231.4.16/28' }]);
    expect(plan.after.services.a?.networks?.net?.ipv4_address).toBe('10.231.4.27');
    expect(plan.after.services.b?.networks?.net?.ipv4_address).toBe('10.231.4.18');
    expect(told(plan, 'static-address')).toEqual([
      'notice 172.30.0.11 => 10.231.4.27',
      'notice 172.30.0.2 => 10.231.4.18',
    ]);
  });

  it('keep the gateway that they declare, so that it is nobody’s address', () => {
    const net = { ipam: { config: [{ subnet: SUBNET, gateway: '172.30.0.14' }] } };
    const plan = planOf(cluster({ a: '172.30.0.1' }, {}, net), leased('10.231.0.0/28'));
    expect(plan.after.networks?.net?.ipam?.config).toEqual([{ subnet: '10.231.0.0/28', gateway: '10.231.0.14' }]);
    expect(plan.after.services.a?.networks?.net?.ipv4_address).toBe('10.231.0.1');
  });

  it('keep dynamic addresses away from the static ones where the file does', () => {
    const net = { ipam: { config: [{ subnet: SUBNET, ip_range: '172.30.5.0/24' }] } };
    const plan = planOf(cluster({ a: '172.30.0.2', b: undefined }, {}, net), leased('10.231.0.32/27'));
    expect(plan.after.networks?.net?.ipam?.config).toEqual([
      { subnet: '10.231.0.32/27', gateway: '10.231.0.33', ip_range: '10.231.0.48/28' },
    ]);
    expect(plan.after.services.a?.networks?.net?.ipv4_address).toBe('10.231.0.34');
  });

  it('of IPv6 are dropped with what needs them, and that is told', () => {
    const ipam = { config: [{ subnet: SUBNET }, { subnet: 'fd00:1::/64' }] };
    const sections = cluster({ a: '172.30.0.5' }, {}, { ipam, enable_ipv6: true } as NetworkModel);
    const networks = { net: { ipv4_address: '172.30.0.5', ipv6_address: 'fd00:1::5' } };
    const plan = planOf({ ...sections, services: { a: { image: 'x', networks } } }, leased('10.231.0.0/28'));
    expect(plan.after.networks?.net).toMatchObject({
      ipam: { config: [{ subnet: '10.231.0.0/28' }] },
      enable_ipv6: false,
    });
    expect(plan.after.services.a?.networks?.net).toEqual({ ipv4_address: '10.231.0.5' });
    expect(told(plan, 'subnet', 'static-address')).toEqual([
      'notice 172.30.0.0/16, fd00:1::/64 => 10.231.0.0/28, without IPv6',
      'notice 172.30.0.5 => 10.231.0.5',
    ]);
  });

  it('keep an alias that a container name has become', () => {
    const sections = cluster({ a: '172.30.0.5' }, { container_name: 'the-a' });
    const plan = planOf(sections, leased('10.231.0.0/28'));
    expect(plan.after.services.a?.networks?.net).toEqual({ ipv4_address: '10.231.0.5', aliases: ['the-a'] });
  });

  it('of a shared or leased network are never those of an external one', () => {
    const plan = planOf(cluster({ a: '172.30.0.5' }, {}, { external: true }), {
      decisions: { external: 'share' },
      ...leased('10.231.0.0/28'),
    });
    expect(plan.override.networks).not.toHaveProperty('net');
  });
});

describe('texts that name a moved address', () => {
  const follow = (more: ServiceModel) =>
    planOf(
      cluster({ a: '172.30.0.1', b: '172.30.0.11' }, more, {
        ipam: { config: [{ subnet: SUBNET, gateway: '172.30.0.14' }] },
      }),
      leased('10.231.0.16/28'),
    ).after.services.a;

  it.each<[string, string, string]>([
    ['alone', '172.30.0.11', '10.231.0.27'],
    ['with a port', 'redis://172.30.0.11:7001/0', 'redis://10.231.0.27:7001/0'],
    ['in a list', '172.30.0.1:1,172.30.0.11:2', '10.231.0.17:1,10.231.0.27:2'],
    ['that begins another', '172.30.0.1 172.30.0.11', '10.231.0.17 10.231.0.27'],
    ['as a network of one', '172.30.0.11/32', '10.231.0.27/32'],
    ['and the network', 'allow 172.30.0.0/16', 'allow 10.231.0.16/28'],
    ['and the gateway', '172.30.0.14:80', '10.231.0.30:80'],
    ['with a price in dollars', '$5 at $$172.30.0.1', '$5 at $$10.231.0.17'],
    ['not: a longer one', '172.30.0.110 172.30.0.12 1172.30.0.1', '172.30.0.110 172.30.0.12 1172.30.0.1'],
    ['not: a part of one with five places', '172.30.0.1.4 9.172.30.0.1', '172.30.0.1.4 9.172.30.0.1'],
    ['not: other digits where the dots are', '172x30x0x1', '172x30x0x1'],
  ])('follow: %s', (_, text, expected) => {
    expect(follow({ environment: { X: text, OTHER: 'y' } })?.environment).toEqual({ X: expected, OTHER: 'y' });
    expect(follow({ command: ['run', text] })?.command).toEqual(['run', expected]);
  });

  it.each<[string, ServiceModel]>([
    ['entrypoint', { entrypoint: ['sh', '172.30.0.11'] }],
    ['extra_hosts', { extra_hosts: ['node=172.30.0.11'] }],
    ['dns', { dns: ['172.30.0.11', '1.1.1.1'] }],
    ['healthcheck', { healthcheck: { test: ['CMD', 'ping', '172.30.0.11'], interval: '5s' } }],
  ])('follow in %s', (key, more) => {
    const expected = JSON.parse(JSON.stringify(more).replaceAll('172.30.0.11', '10.231.0.27'));
    expect(follow(more)).toMatchObject(expected);
    expect(JSON.stringify(follow(more)?.[key as keyof ServiceModel])).not.toContain('172.30');
  });

  it('stay as they are where nothing has moved', () => {
    const plan = planOf(cluster({ a: undefined }, { environment: { X: '172.30.0.11' }, command: ['172.30.0.11'] }));
    expect(plan.override.services.a).not.toHaveProperty('environment');
    expect(plan.override.services.a).not.toHaveProperty('command');
  });

  it('keep the acceleration of a health check beside the moved test', () => {
    const healthcheck = { test: ['CMD', 'ping', '172.30.0.11'], interval: '30s' };
    const plan = planOf(cluster({ a: '172.30.0.11' }, { healthcheck }), {
      ...leased('10.231.0.0/28'),
      accelerateFor: 5000,
    });
    expect(plan.after.services.a?.healthcheck).toEqual({
      test: ['CMD', 'ping', '10.231.0.11'],
      interval: '30s',
      start_period: '5s',
      start_interval: '100ms',
    });
  });
});

describe('drivers', () => {
  it('drops a bridge’s name and keeps its other options', () => {
    const driver_opts = { 'com.docker.network.bridge.name': 'br-shop', 'com.docker.network.driver.mtu': '1400' };
    const plan = planOf({
      services: { a: { image: 'x', networks: { net: null } } },
      networks: { net: { driver_opts } },
    });
    expect(plan.after.networks?.net?.driver_opts).toEqual({ 'com.docker.network.driver.mtu': '1400' });
    expect(told(plan, 'bridge-name')).toEqual(['silent br-shop => a name that the engine chooses']);
    const only = { net: { driver_opts: { 'com.docker.network.bridge.name': 'br-shop' } } };
    const bare = planOf({ services: { a: { image: 'x', networks: { net: null } } }, networks: only });
    expect(bare.after.networks?.net).not.toHaveProperty('driver_opts');
  });

  it.each(['macvlan', 'ipvlan', 'overlay'])('asks about %s', (driver) => {
    const sections = { services: { a: { image: 'x', networks: { net: null } } }, networks: { net: { driver } } };
    expect(asked(planOf(sections))).toEqual([`network-driver ${driver}`]);
    expect(asked(planOf(sections, { decisions: { foreign: 'share' } }))).toEqual([]);
    expect(asked(planOf(sections, { decisions: { foreign: { net: 'share' } } }))).toEqual([]);
    expect(asked(planOf(sections, { decisions: { foreign: { other: 'share' } } }))).toEqual([
      `network-driver ${driver}`,
    ]);
    expect(planOf(sections).after.networks?.net).toMatchObject({ driver, name: `${PROJECT}_net` });
  });

  it('has nothing to say about an ordinary bridge', () => {
    const sections = {
      services: { a: { image: 'x', networks: { net: null } } },
      networks: { net: { driver: 'bridge' } },
    };
    expect(planOf(sections).hazards.filter((h) => h.kind !== 'log-cap')).toEqual([]);
  });
});
