import { describe, expect, it } from 'vitest';
import type { PortModel } from '../../../src/domain/model.js';
import type { PortMode } from '../../../src/domain/ports.js';
import { planOf, told } from '../../support/plan-of.js';

const web = (...ports: PortModel[]) => ({ services: { web: { image: 'web', ports } } });

/** "127.0.0.1:30000->80/tcp" */
function published(plan: ReturnType<typeof planOf>, service = 'web'): string[] {
  return (plan.after.services[service]?.ports ?? []).map(
    (p) => `${p.host_ip}:${p.published}->${p.target}/${p.protocol}`,
  );
}

describe('published ports', () => {
  it.each<[string, PortModel[], string[]]>([
    ['a fixed one', [{ target: 80, published: '8080', protocol: 'tcp' }], ['127.0.0.1:30000->80/tcp']],
    ['without a protocol', [{ target: 80, published: '8080' }], ['127.0.0.1:30000->80/tcp']],
    ['on every address', [{ target: 80, published: '80', host_ip: '0.0.0.0' }], ['127.0.0.1:30000->80/tcp']],
    ['on an IPv6 address', [{ target: 80, published: '80', host_ip: '::1' }], ['127.0.0.1:30000->80/tcp']],
    ['left to the engine', [{ target: 80 }], ['127.0.0.1:30000->80/tcp']],
    ['left to the engine by a blank variable', [{ target: 80, published: '' }], ['127.0.0.1:30000->80/tcp']],
    ['left to the engine by a zero', [{ target: 80, published: '0' }], ['127.0.0.1:30000->80/tcp']],
    ['one of a range', [{ target: 80, published: '9000-9010' }], ['127.0.0.1:30000->80/tcp']],
    [
      'a port for every target of a range',
      [
        { target: 9000, published: '9000' },
        { target: 9001, published: '9001' },
      ],
      ['127.0.0.1:30000->9000/tcp', '127.0.0.1:30001->9001/tcp'],
    ],
    [
      'TCP and UDP under one number',
      [
        { target: 53, published: '53', protocol: 'udp' },
        { target: 53, published: '53', protocol: 'tcp' },
      ],
      ['127.0.0.1:30000->53/udp', '127.0.0.1:30000->53/tcp'],
    ],
    [
      'one number on two addresses of the machine',
      [
        { target: 80, published: '80', host_ip: '127.0.0.1' },
        { target: 80, published: '80', host_ip: '192.168.1.2' },
      ],
      ['127.0.0.1:30000->80/tcp', '127.0.0.1:30001->80/tcp'],
    ],
  ])('%s', (_, ports, expected) => {
    expect(published(planOf(web(...ports)))).toEqual(expected);
  });

  it('says what became of each, without a fuss', () => {
    const plan = planOf(web({ target: 80, published: '8080', host_ip: '192.168.1.2' }, { target: 81 }));
    expect(told(plan, 'published-port')).toEqual([
      'silent 192.168.1.2:8080 -> 80/tcp => 127.0.0.1:30000 -> 80/tcp',
      'silent 0.0.0.0:(any) -> 81/tcp => 127.0.0.1:30001 -> 81/tcp',
    ]);
    expect(plan.hazards.find((h) => h.kind === 'published-port')?.path).toEqual(['services', 'web', 'ports', '0']);
  });

  it('gives two services with the same number two', () => {
    const ports = [{ target: 80, published: '8080' }];
    const plan = planOf({ services: { a: { image: 'x', ports }, b: { image: 'x', ports } } });
    expect([...published(plan, 'a'), ...published(plan, 'b')]).toEqual([
      '127.0.0.1:30000->80/tcp',
      '127.0.0.1:30001->80/tcp',
    ]);
  });

  it.each([
    ['scale', { scale: 3 }],
    ['deploy.replicas', { deploy: { replicas: 3 } }],
  ])('leases one for every container of a service with %s', (_, replicas) => {
    const plan = planOf({ services: { web: { image: 'x', ports: [{ target: 80, published: '80' }], ...replicas } } });
    expect(published(plan)).toEqual(['127.0.0.1:30000-30002->80/tcp']);
  });

  it.each<[PortMode, string | undefined]>([
    ['ephemeral', undefined],
    ['fixed', '8080'],
  ])('is on loopback when it is not a leased one (%s)', (portMode, expected) => {
    const plan = planOf(web({ target: 80, published: '8080', host_ip: '0.0.0.0' }), { portMode });
    expect(plan.after.services.web?.ports).toEqual([
      {
        mode: 'ingress',
        host_ip: '127.0.0.1',
        target: 80,
        protocol: 'tcp',
        ...(expected ? { published: expected } : {}),
      },
    ]);
  });

  it('is on the address at which the engine is reached', () => {
    expect(published(planOf(web({ target: 80 }), { host: '10.1.2.3' }))).toEqual(['10.1.2.3:30000->80/tcp']);
  });

  it('touches neither the port inside the container nor a service that publishes none', () => {
    const environment = { PORT: '5432', LISTEN: '0.0.0.0:5432', POSTGRES_PORT: '5432' };
    const command = ['postgres', '-p', '5432'];
    const ports = [{ target: 5432, published: '5432' }];
    const plan = planOf({
      services: {
        db: { image: 'db', environment, command, ports, expose: ['5432'] },
        quiet: { image: 'x', ports: [] },
      },
    });
    expect(plan.after.services.db).toMatchObject({ environment, command, expose: ['5432'] });
    expect(plan.override.services.db).not.toHaveProperty('environment');
    expect(plan.override.services.quiet).not.toHaveProperty('ports');
  });
});
