import { describe, expect, it } from 'vitest';
import { commonThings, footprint } from '../../src/domain/disjoint.js';
import type { ComposeModel, ServiceModel } from '../../src/domain/model.js';
import { resolved } from '../support/plan-of.js';

const NOTHING = new Set<string>();

function common(
  a: Partial<ComposeModel>,
  b: Partial<ComposeModel> = a,
  shared: ReadonlySet<string> = NOTHING,
): string[] {
  const [x, y] = [resolved({ services: {}, ...a }, 'one'), resolved({ services: {}, ...b }, 'two')];
  return commonThings(footprint(x), footprint(y), shared);
}

const web = (service: ServiceModel) => ({ services: { web: { image: 'x', ...service } } });

describe('two copies', () => {
  it.each<[string, Partial<ComposeModel>, string[]]>([
    ['a container name', web({ container_name: 'the-web' }), ['container name the-web']],
    ['a port', web({ ports: [{ target: 80, published: '80' }] }), ['port 80/tcp']],
    ['a UDP port', web({ ports: [{ target: 80, published: '80', protocol: 'udp' }] }), ['port 80/udp']],
    ['ports', web({ ports: [{ target: 80, published: '80-81' }] }), ['port 80/tcp', 'port 81/tcp']],
    ['a network', { networks: { x: { name: 'net' } } }, ['network net']],
    ['a volume', { volumes: { x: { name: 'vol' } } }, ['volume vol']],
    ['a writable path', web({ volumes: [{ type: 'bind', source: '/x', target: '/y' }] }), ['writable bind /x']],
    ['a device', { volumes: { x: { driver_opts: { device: '/x', o: 'bind', type: 'none' } } } }, ['writable bind /x']],
    ['a subnet', { networks: { x: { ipam: { config: [{ subnet: '10.0.0.0/24' }] } } } }, ['subnet 10.0.0.0/24']],
    ['an IPv6 subnet', { networks: { x: { ipam: { config: [{ subnet: 'fd00::/64' }] } } } }, ['subnet fd00::/64']],
  ])('of one file have %s in common', (_, model, expected) => {
    expect(common(model)).toEqual(expected);
  });

  it.each<[string, Partial<ComposeModel>]>([
    ['nothing', {}],
    [
      'ports that the engine chooses',
      web({ ports: [{ target: 80 }, { target: 81, published: '' }, { target: 82, published: '0' }] }),
    ],
    ['a path that is read only', web({ volumes: [{ type: 'bind', source: '/x', target: '/y', read_only: true }] })],
    ['a path of the system', web({ volumes: [{ type: 'bind', source: '/etc/localtime', target: '/y' }] })],
    ['memory', { volumes: { x: { driver_opts: { device: 'tmpfs', type: 'tmpfs' } } } }],
    [
      'what the file declares to be another’s',
      {
        networks: { x: { external: true, name: 'net', ipam: { config: [{ subnet: '10.0.0.0/24' }] } } },
        volumes: { y: { external: true, name: 'vol' } },
      },
    ],
  ])('of one file have %s in common without a harm', (_, model) => {
    expect(common(model)).toEqual([]);
  });

  it('have a part of a subnet or of a range in common', () => {
    const subnet = (text: string) => ({ networks: { x: { ipam: { config: [{ subnet: text }] } } } });
    expect(common(subnet('10.0.0.0/24'), subnet('10.0.0.128/25'))).toEqual(['subnet 10.0.0.0/24']);
    expect(common(subnet('10.0.0.0/24'), subnet('10.0.1.0/24'))).toEqual([]);
    const range = (published: string) => web({ ports: [{ target: 80, published }] });
    expect(common(range('80-82'), range('82-84'))).toEqual(['port 82/tcp']);
    expect(common(range('80-82'), range('83-84'))).toEqual([]);
  });

  it('have TCP and UDP of one number not in common', () => {
    const one = (protocol: string) => web({ ports: [{ target: 80, published: '80', protocol }] });
    expect(common(one('tcp'), one('udp'))).toEqual([]);
  });

  it('may have what is declared to be shared', () => {
    const model = {
      ...web({ volumes: [{ type: 'bind', source: '/x', target: '/y' }] }),
      volumes: { x: { name: 'vol' } },
    };
    expect(common(model, model, new Set(['/x']))).toEqual(['volume vol']);
  });

  it('of two projects have names of their own where the file says none', () => {
    expect(common({ ...web({}), volumes: { data: {} }, networks: { back: null } })).toEqual([]);
  });

  it('under one project name have all of it in common', () => {
    const model = resolved({ ...web({}), volumes: { data: {} } }, 'one');
    expect(commonThings(footprint(model), footprint(model), NOTHING)).toEqual([
      'container name one-web',
      'network one_default',
      'volume one_data',
    ]);
  });
});
