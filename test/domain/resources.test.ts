import { describe, expect, it } from 'vitest';
import type { ServiceModel } from '../../src/domain/model.js';
import { demandsOf } from '../../src/domain/plan.js';
import { checkResources, type ResourceOptions, type Resources, recommendedWaits } from '../../src/domain/resources.js';
import { planOf, ROOT, resolved, told } from '../support/plan-of.js';

const MB = 1024 ** 2;
const FACTS = { projectRoot: ROOT, paths: {}, images: {} };

function given(services: Record<string, ServiceModel>, resources: Resources, images = {}, volumes = {}) {
  const plan = planOf({ services, volumes }, { resources, images });
  const demands = demandsOf(resolved({ services, volumes }), {}, { ...FACTS, images }, 'range', resources);
  return { plan, services: plan.after.services, mb: demands.memory.bytes / MB };
}

describe('limits and health checks', () => {
  it('leave everything as the file has it unless they are asked for', () => {
    const { services } = given({ db: { image: 'postgres:16' }, backend: { build: {} } }, {});
    expect(services.db).not.toHaveProperty('mem_limit');
    expect(services.db).not.toHaveProperty('healthcheck');
    expect(services.backend).not.toHaveProperty('mem_limit');
  });

  it('give known services those of the table, by image or else by name, and are counted', () => {
    const { services, mb, plan } = given(
      { db: { image: 'team/postgres:16' }, auth: { build: {} }, web: { image: 'nginx' } },
      { limits: 'recommended' },
    );
    expect(services.db).toMatchObject({
      mem_limit: String(512 * MB),
      healthcheck: { test: ['CMD', 'pg_isready', '-h', '127.0.0.1'], interval: '5s' },
    });
    expect(services.auth).toMatchObject({ mem_limit: String(256 * MB) });
    expect(services.web).not.toHaveProperty('mem_limit');
    expect(mb).toBe(512 + 256 + 32);
    expect(told(plan, 'memory-limit')).toEqual(['notice none => 512 MB', 'notice none => 256 MB']);
  });

  it('leave what the file or the image says', () => {
    const images = { 'redis:7': { hasHealthcheck: true, exposedPorts: [] } };
    const limited = { deploy: { resources: { limits: { memory: String(64 * MB), cpus: 0.1 } } } };
    const { services, plan } = given(
      { db: { image: 'postgres:16', healthcheck: { disable: true }, ...limited }, cache: { image: 'redis:7' } },
      { limits: 'recommended', services: { db: { memory: '1g', cpus: 2 } } },
      images,
    );
    expect(services.db).not.toHaveProperty('mem_limit');
    expect(services.db).not.toHaveProperty('cpus');
    expect(services.db?.healthcheck).toEqual({ disable: true });
    expect(services.cache).not.toHaveProperty('healthcheck');
    expect(told(plan, 'memory-limit', 'cpu-limit')).toEqual([
      'notice 64 MB => kept: the default is for a file without one',
      'notice 0.1 => kept: the default is for a file without one',
      'notice none => 256 MB',
    ]);
  });

  it("take the user's own before the table's, and are probed fast while they start", () => {
    const services = { db: { memory: '200m', cpus: 0.5, healthcheck: { test: ['CMD', 'mine'], interval: '9s' } } };
    const plan = planOf(
      { services: { db: { image: 'postgres:16' } } },
      { resources: { limits: 'recommended', services }, accelerateFor: 60_000 },
    );
    expect(plan.after.services.db).toMatchObject({
      mem_limit: String(200 * MB),
      cpus: 0.5,
      healthcheck: { test: ['CMD', 'mine'], interval: '9s', start_interval: '100ms', start_period: '60s' },
    });
  });

  it('ask the endpoints of the table from outside, where the service has the port and no check', () => {
    const model = resolved({
      services: {
        backend: { build: {}, ports: [{ target: 8000 }] },
        auth: { build: {}, ports: [{ target: 9999 }] },
        frontend: { build: {}, expose: ['3000'], healthcheck: { test: ['CMD', 'x'] } },
      },
    });
    expect(recommendedWaits(model, { limits: 'recommended' })).toEqual({ backend: { http: '/health', port: 8000 } });
    expect(recommendedWaits(model, {})).toEqual({});
  });

  it('are refused where nobody could follow them', () => {
    const model = resolved({ services: { database: { image: 'postgres' } } });
    const reasons = (
      [
        [{ services: { databse: {} } }, 'there is no service "databse"; did you mean "database"?'],
        [{ services: { database: { memroy: '1g' } } }, '"memroy" is none of'],
        [{ services: { database: { memory: '2m' } } }, 'no size from 6m on'],
        [{ services: { database: { cpus: 0 } } }, 'no number above 0'],
        [{ services: { database: { healthcheck: { test: [] } } } }, 'has no test'],
        [{ limits: 'all' }, 'none of none, recommended'],
        [{ fastStorage: 'disk' }, 'none of volume, tmpfs, auto'],
      ] as unknown as [ResourceOptions, string][]
    ).filter(([options, reason]) => {
      try {
        checkResources(model, options);
        return true;
      } catch (error) {
        return !String((error as Error).message).includes(reason);
      }
    });
    expect(reasons).toEqual([]);
  });
});

describe('fast storage', () => {
  const fast: Resources = { fastStorage: 'tmpfs' };
  const tmpfs = (target: string) => ({ type: 'tmpfs', target, tmpfs: { size: String(512 * MB) } });
  const data = { type: 'volume', source: 'data', target: '/var/lib/postgresql/data' };
  const bind = { type: 'bind', source: '/repo/conf', target: '/conf', read_only: true };

  it('puts the data of known databases into memory, with or without a volume, and counts it', () => {
    const { services, mb } = given(
      { db: { image: 'postgres:16', volumes: [bind, data] }, new: { image: 'postgres:18' }, app: { build: {} } },
      fast,
      {},
      { data: {} },
    );
    expect(services.db?.volumes).toEqual([bind, tmpfs('/var/lib/postgresql/data')]);
    expect(services.new?.volumes).toEqual([tmpfs('/var/lib/postgresql')]);
    expect(services.app).not.toHaveProperty('volumes');
    expect(mb).toBe(2 * (128 + 512) + 128);
  });

  it.each([
    ['a limit without room for it', { db: { image: 'postgres:16', mem_limit: String(512 * MB) } }, {}],
    ['an external volume', { db: { image: 'postgres:16', volumes: [data] } }, { data: { external: true } }],
    [
      'a volume of two services',
      { db: { image: 'postgres:16', volumes: [data] }, backup: { volumes: [{ ...data, target: '/b' }] } },
      { data: {} },
    ],
    ['a folder of the host', { db: { image: 'postgres:16', volumes: [{ ...bind, target: data.target }] } }, {}],
  ])('leaves %s', (_, services: Record<string, ServiceModel>, volumes) => {
    const { services: now, plan } = given(services, fast, {}, volumes);
    expect((now.db?.volumes ?? []).filter(({ type }) => type === 'tmpfs')).toEqual([]);
    expect(told(plan, 'fast-storage')).toEqual([expect.stringContaining('kept: ')]);
  });

  it('makes room in a limit of ours', () => {
    const { services } = given({ db: { image: 'postgres:16' } }, { ...fast, limits: 'recommended' });
    expect(services.db).toMatchObject({ mem_limit: String(1024 * MB) });
  });

  it('tunes PostgreSQL only when asked, and only the server itself', () => {
    const settings = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];
    const buffers = ['-c', 'shared_buffers=128MB'];
    const services: Record<string, ServiceModel> = {
      plain: { image: 'postgres:16' },
      own: { image: 'postgres:16', command: ['postgres', '-c', 'shared_buffers=1GB'] },
      script: { image: 'postgres:16', command: ['sh', '-c', 'exec postgres'] },
    };
    expect(given(services, {}).services.plain).not.toHaveProperty('command');
    const tuned = given(services, { tuneDatabases: true }).services;
    expect(tuned.plain?.command).toEqual(['postgres', ...settings, ...buffers]);
    expect(tuned.own?.command).toEqual(['postgres', '-c', 'shared_buffers=1GB', ...settings]);
    expect(tuned.script?.command).toEqual(['sh', '-c', 'exec postgres']);
  });
});
