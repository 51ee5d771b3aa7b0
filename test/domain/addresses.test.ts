import { describe, expect, it } from 'vitest';
import { environmentVariables, serviceAddresses, variableName } from '../../src/domain/addresses.js';
import type { Binding } from '../../src/domain/lease.js';
import type { ComposeModel, ServiceModel } from '../../src/domain/model.js';

const model = (services: Record<string, ServiceModel>): ComposeModel => ({ name: 'p', services });

const bound = (service: string, target: number, port: number, protocol: 'tcp' | 'udp' = 'tcp'): Binding =>
  ({ service, target, protocol, port, count: 1 }) as Binding;

const variables = (services: Record<string, ServiceModel>, bindings: Binding[]) =>
  environmentVariables(model(services), serviceAddresses(model(services), bindings, '127.0.0.1'), 'demo-1');

describe('addresses', () => {
  it('has one for every service, with the ports that are leased for it', () => {
    const services = { api: { image: 'api' }, 'dns-server': {}, job: { image: 'busybox' } };
    const bindings = [bound('api', 80, 30000), bound('api', 9229, 30001), bound('dns-server', 53, 30002, 'udp')];
    expect(serviceAddresses(model(services), bindings, '10.0.0.5')).toEqual({
      api: { host: '10.0.0.5', ports: { '80/tcp': 30000, '9229/tcp': 30001 } },
      'dns-server': { host: '10.0.0.5', ports: { '53/udp': 30002 } },
      job: { host: '10.0.0.5', ports: {} },
    });
  });

  it("has a URL where the image is known and its own port is published, with the compose file's credentials", () => {
    const services: Record<string, ServiceModel> = {
      cache: { image: 'redis:7', command: ['redis-server', '--requirepass', 's'] },
      db: { image: 'postgres', environment: { POSTGRES_PASSWORD: 'p', POSTGRES_USER: null } },
      hidden: { image: 'postgres' },
      console: { image: 'minio/minio' },
    };
    const bindings = [bound('cache', 6379, 1), bound('db', 5432, 2), bound('console', 9001, 3)];
    const addresses = serviceAddresses(model(services), bindings, 'h');
    expect(Object.entries(addresses).map(([name, { url }]) => [name, url])).toEqual([
      ['cache', 'redis://:s@h:1'],
      ['db', 'postgresql://postgres:p@h:2/postgres'],
      ['hidden', undefined],
      ['console', undefined],
    ]);
    expect(addresses.hidden).not.toHaveProperty('url');
  });
});

describe('variables', () => {
  it('names the project, every container, and every published port of every service', () => {
    const services = { 'my-api.v2': { image: 'api' }, silent: { image: 'redis' } };
    expect(variables(services, [bound('my-api.v2', 80, 30000), bound('my-api.v2', 53, 30001, 'udp')])).toEqual({
      DM_PROJECT: 'demo-1',
      DM_CONTAINER_MY_API_V2: 'demo-1-my-api.v2-1',
      DM_CONTAINER_SILENT: 'demo-1-silent-1',
      DM_MY_API_V2_HOST: '127.0.0.1',
      DM_MY_API_V2_PORT: '30000',
      DM_MY_API_V2_PORT_80: '30000',
      DM_MY_API_V2_PORT_53_UDP: '30001',
    });
  });

  it('adds the URL, and the names that clients read by themselves', () => {
    expect(variables({ cache: { image: 'redis' } }, [bound('cache', 6379, 30000)])).toEqual({
      DM_PROJECT: 'demo-1',
      DM_CONTAINER_CACHE: 'demo-1-cache-1',
      DM_CACHE_HOST: '127.0.0.1',
      DM_CACHE_PORT: '30000',
      DM_CACHE_PORT_6379: '30000',
      DM_CACHE_URL: 'redis://127.0.0.1:30000',
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: '30000',
      REDIS_URL: 'redis://127.0.0.1:30000',
    });
  });

  it('takes them from the first of a kind that is published, whole: no password of another', () => {
    const services: Record<string, ServiceModel> = {
      hidden: { image: 'postgres', environment: { POSTGRES_PASSWORD: 'hidden' } },
      open: { image: 'postgis/postgis', environment: { POSTGRES_HOST_AUTH_METHOD: 'trust' } },
      other: { image: 'postgres', environment: { POSTGRES_PASSWORD: 'other' } },
    };
    const env = variables(services, [bound('open', 5432, 1), bound('other', 5432, 2)]);
    expect(env.PGPORT).toBe('1');
    expect(env).not.toHaveProperty('PGPASSWORD');
    expect(env.DM_OTHER_URL).toBe('postgresql://postgres:other@127.0.0.1:2/postgres');
  });

  it('gives a name that two kinds claim to the one further up in the table, wherever it stands in the file', () => {
    const cockroach: ServiceModel = { image: 'cockroachdb/cockroach', command: ['start', '--insecure'] };
    const services = { a: cockroach, b: { image: 'mysql' }, c: { image: 'postgres' } };
    const env = variables(services, [bound('a', 26257, 1), bound('b', 3306, 2), bound('c', 5432, 3)]);
    expect(env.DATABASE_URL).toBe('postgresql://postgres@127.0.0.1:3/postgres');
    expect(env.COCKROACH_URL).toBe('postgresql://root@127.0.0.1:1/defaultdb?sslmode=disable');
    expect([env.PGPORT, env.MYSQL_PORT]).toEqual(['3', '2']);
  });
});

it('makes a name of a variable out of any name of a service', () => {
  expect(variableName('auth-db.v2')).toBe('AUTH_DB_V2');
});
