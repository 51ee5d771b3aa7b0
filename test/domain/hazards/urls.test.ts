import { describe, expect, it } from 'vitest';
import type { ServiceModel } from '../../../src/domain/model.js';
import type { PortMode } from '../../../src/domain/ports.js';
import { planOf, told } from '../../support/plan-of.js';

const ports = (published: number, target: number) => [{ target, published: String(published), protocol: 'tcp' }];

/** `api` publishes 8080 as 80 (30000), `db` 5432 as 5432 (30001), `own` 3000 as 3000 (30002); `app` none. */
function plan(
  service: string,
  more: ServiceModel,
  others: Record<string, ServiceModel> = {},
  portMode: PortMode = 'range',
) {
  const services: Record<string, ServiceModel> = {
    api: { image: 'x', ports: ports(8080, 80) },
    db: { image: 'x', ports: ports(5432, 5432) },
    own: { image: 'x', ports: ports(3000, 3000) },
    app: { image: 'x' },
    ...others,
  };
  services[service] = { ...services[service], ...more };
  return planOf({ services }, { portMode });
}

const environmentAfter = (service: string, key: string, value: string) =>
  plan(service, { environment: { [key]: value } }).after.services[service]?.environment?.[key];

describe('addresses in an environment', () => {
  it.each<[string, string, string, string, string]>([
    ['that look outward', 'own', 'NEXTAUTH_URL', 'http://localhost:3000/x', 'http://localhost:30002/x'],
    [
      'that are advertised',
      'own',
      'KAFKA_ADVERTISED_LISTENERS',
      'IN://own:29,OUT://localhost:3000',
      'IN://own:29,OUT://localhost:30002',
    ],
    [
      'several',
      'app',
      'ORIGINS',
      'http://localhost:3000,http://127.0.0.1:8080',
      'http://localhost:30002,http://127.0.0.1:30000',
    ],
    ['of another service', 'app', 'API_URL', 'http://localhost:8080', 'http://localhost:30000'],
    ['of the service under another number', 'api', 'BASE_URL', 'http://localhost:8080', 'http://localhost:30000'],
    [
      'with a password in them',
      'app',
      'DB_URL',
      'postgres://u:p$w$$d@localhost:5432/x',
      'postgres://u:p$w$$d@localhost:30001/x',
    ],
    ['on the host’s name', 'app', 'X', 'http://host.docker.internal:8080/x', 'http://api:80/x'],
    ['on the host’s name, told', 'app', 'PUBLIC', 'host.docker.internal:8080', 'host.docker.internal:30000'],
  ])('follow %s', (_, service, key, value, expected) => {
    expect(environmentAfter(service, key, value)).toBe(expected);
  });

  it.each<[string, string, string, string]>([
    ['the container itself', 'db', 'DATABASE_URL', 'postgres://localhost:5432/x'],
    ['the container itself, said by a number that another publishes', 'api', 'SELF_URL', 'http://localhost:80'],
    ['a service by its name', 'app', 'DATABASE_URL', 'postgres://db:5432/x'],
    ['a port that nobody publishes', 'app', 'PUBLIC_URL', 'http://localhost:9999'],
    ['a number that begins with a published one', 'app', 'PUBLIC_URL', 'http://localhost:80801'],
    ['a name that ends like the host’s', 'app', 'PUBLIC_URL', 'http://mylocalhost:8080'],
    ['where to listen', 'own', 'LISTEN_ADDRESS', 'localhost:3000'],
    ['where to listen on all', 'own', 'PUBLIC_LISTENER', '0.0.0.0:3000'],
    ['a bare number', 'db', 'POSTGRES_PORT', '5432'],
    ['a key that says nothing', 'app', 'GREETING', 'localhost:8080'],
  ])('stay when they mean %s', (_, service, key, value) => {
    const result = plan(service, { environment: { [key]: value } });
    expect(result.override.services[service]).not.toHaveProperty('environment');
    expect(told(result, 'published-url')).toEqual([]);
  });

  it('stay when the service listens on that number itself, whoever publishes it', () => {
    const environment = { SELF_URL: 'http://localhost:8080' };
    for (const more of [{ expose: ['8080'] }, { ports: ports(9090, 8080) }, { expose: ['8080/tcp'] }]) {
      const { after } = plan('app', { environment, ...more });
      expect(after.services.app?.environment).toEqual(environment);
    }
  });

  it('stay when they mean the service whose network this one uses', () => {
    const environment = { DB_URL: 'postgres://localhost:5432/x', API_URL: 'http://localhost:8080' };
    const { after } = plan(
      'app',
      { environment, network_mode: 'service:sidecar' },
      { sidecar: { image: 'x', network_mode: 'service:db' } },
    );
    expect(after.services.app?.environment).toEqual({ ...environment, API_URL: 'http://localhost:30000' });
  });

  it.each(['ephemeral', 'fixed'] as const)('stay when no other number is known (ports: %s)', (mode) => {
    const environment = { PUBLIC_URL: 'http://localhost:8080', X: 'host.docker.internal:8080' };
    const logging = { driver: 'gelf', options: { 'gelf-address': 'udp://localhost:8080' } };
    const result = plan('app', { environment, logging, command: ['--public', 'localhost:8080'] }, {}, mode);
    expect(result.after.services.app).toMatchObject({
      environment: { ...environment, X: 'api:80' },
      logging,
      command: ['--public', 'localhost:8080'],
    });
    expect(told(result, 'published-url')).toEqual(['notice X: host.docker.internal:8080 => api:80']);
  });

  it('follow on the host’s name where the owner is on no common network', () => {
    const environment = { X: 'host.docker.internal:7000' };
    const far = { image: 'x', ports: ports(7000, 1), networks: { far: null } };
    const { after } = plan('app', { environment }, { far });
    expect(after.services.app?.environment).toEqual({ X: 'host.docker.internal:30003' });
  });

  it('stay when two services publish the number', () => {
    const { after } = plan(
      'app',
      { environment: { PUBLIC_URL: 'http://localhost:8080' } },
      { twin: { image: 'x', ports: ports(8080, 1) } },
    );
    expect(after.services.app?.environment?.PUBLIC_URL).toBe('http://localhost:8080');
  });

  it('follow a service that publishes the number twice', () => {
    const twice = [...ports(7000, 1), { ...ports(7000, 1)[0], target: 1, protocol: 'udp' }];
    const { after } = plan(
      'app',
      { environment: { PUBLIC_URL: 'x://localhost:7000' } },
      { twin: { image: 'x', ports: twice } },
    );
    expect(after.services.app?.environment?.PUBLIC_URL).toBe('x://localhost:30003');
  });

  it('are told, each', () => {
    const result = plan('app', {
      environment: { ORIGINS: 'http://localhost:3000,http://localhost:8080', EMPTY: null },
    });
    expect(told(result, 'published-url')).toEqual([
      'notice ORIGINS: localhost:3000 => localhost:30002',
      'notice ORIGINS: localhost:8080 => localhost:30000',
    ]);
  });
});

describe('addresses in a command', () => {
  it.each<[string, string[], string[]]>([
    ['in an option', ['start', '--public-url=http://localhost:8080'], ['start', '--public-url=http://localhost:30000']],
    [
      'after an option',
      ['--advertise-addr', 'a://x:1,b://localhost:8080'],
      ['--advertise-addr', 'a://x:1,b://localhost:30000'],
    ],
    [
      'in a script',
      ['sh', '-c', 'run --external-url http://localhost:8080 --x'],
      ['sh', '-c', 'run --external-url http://localhost:30000 --x'],
    ],
    [
      'in a setting of a script',
      ['sh', '-c', 'run advertised.listeners=A://localhost:8080'],
      ['sh', '-c', 'run advertised.listeners=A://localhost:30000'],
    ],
  ])('follow %s that looks outward', (_, command, expected) => {
    expect(plan('app', { command }).after.services.app?.command).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['an option that does not look outward', ['--listen', 'localhost:8080']],
    ['a script that speaks of something public elsewhere', ['sh', '-c', 'cd /public && wait-for localhost:8080']],
    ['a word behind', ['curl', 'http://localhost:8080/public']],
    ['an option before the last word', ['--public-dir', 'x', 'localhost:8080']],
  ])('stay: %s', (_, command) => {
    expect(plan('app', { command }).override.services.app).not.toHaveProperty('command');
  });
});

describe('addresses of a log driver', () => {
  it('are the engine’s view, and follow', () => {
    const logging = { driver: 'gelf', options: { 'gelf-address': 'udp://localhost:12201', tag: 'x' } };
    const result = plan(
      'app',
      { logging },
      { graylog: { image: 'x', ports: [{ target: 12201, published: '12201', protocol: 'udp' }] } },
    );
    expect(result.after.services.app?.logging).toEqual({
      driver: 'gelf',
      options: { 'gelf-address': 'udp://localhost:30003', tag: 'x' },
    });
    expect(told(result, 'log-driver')).toEqual([]);
  });

  it('are followed where they are left to the default', () => {
    const fluentd = { image: 'x', ports: ports(24224, 24224) };
    const result = plan('app', { logging: { driver: 'fluentd' } }, { fluentd });
    expect(result.after.services.app?.logging?.options).toEqual({ 'fluentd-address': 'localhost:30003' });
  });
});

describe('addresses of a service on the host’s network', () => {
  const environment = { STORE: 'redis://localhost:5432', SELF: 'localhost:7000', OTHER: 'localhost:9' };
  const onHost: ServiceModel = {
    image: 'x',
    network_mode: 'host',
    expose: ['7000'],
    environment,
    command: ['x', 'localhost:8080'],
  };
  const services: Record<string, ServiceModel> = {
    db: { image: 'x', ports: ports(5432, 5432) },
    api: { image: 'x', ports: ports(8080, 80) },
    app: onHost,
  };

  it.each(['share', 'exclusive'] as const)('are the machine’s: they follow, whatever the key (%s)', (hostNetwork) => {
    const { after } = planOf({ services }, { decisions: { hostNetwork } });
    expect(after.services.app?.environment).toEqual({ ...environment, STORE: 'redis://localhost:30000' });
    expect(after.services.app?.command).toEqual(['x', 'localhost:30001']);
  });

  it('become those of the services when it is taken off', () => {
    const { after } = planOf({ services }, { decisions: { hostNetwork: 'convert' } });
    expect(after.services.app?.environment).toEqual({ ...environment, STORE: 'redis://db:5432' });
    expect(after.services.app?.command).toEqual(['x', 'api:80']);
  });

  it('between two that are taken off become those of the services', () => {
    const peer: ServiceModel = { image: 'x', network_mode: 'host', environment: { PEER: 'localhost:7000' } };
    const { after } = planOf({ services: { ...services, peer } }, { decisions: { hostNetwork: 'convert' } });
    expect(after.services.peer?.environment).toEqual({ PEER: 'app:7000' });
  });
});
