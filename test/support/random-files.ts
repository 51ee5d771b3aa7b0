import fc from 'fast-check';
import type { Decisions } from '../../src/domain/decisions.js';
import type { PathKind } from '../../src/domain/hazards/hazard.js';
import type { MountModel, NetworkModel, ServiceModel, VolumeModel } from '../../src/domain/model.js';

/** What a compose file says, made at random out of everything that collides or leaks. */
export interface RandomFile {
  readonly services: Record<string, ServiceModel>;
  readonly networks: Record<string, NetworkModel>;
  readonly volumes: Record<string, VolumeModel>;
}

const SERVICES = ['api', 'db_1', 'Web', 'job-x', 'a.b', 'constructor'];

const NETWORKS: Record<string, NetworkModel> = {
  plain: {},
  fixed: { name: 'the-network' },
  twin: { name: 'the-network' },
  ranged: { ipam: { config: [{ subnet: '172.29.0.0/16' }] } },
  static: { ipam: { config: [{ subnet: '172.30.0.0/16', gateway: '172.30.0.1' }] } },
  apart: { ipam: { config: [{ subnet: '172.31.0.0/16', ip_range: '172.31.5.0/24' }] } },
  bridge: { driver: 'bridge', driver_opts: { 'com.docker.network.bridge.name': 'br0', other: '1' } },
  theirs: { external: true, name: 'their-network' },
  lan: { driver: 'macvlan', driver_opts: { parent: 'eth0' } },
};

const VOLUMES: Record<string, VolumeModel> = {
  data: {},
  fixed: { name: 'the-volume' },
  twin: { name: 'the-volume' },
  theirs: { external: true, name: 'their-volume' },
  device: { driver_opts: { type: 'none', o: 'bind', device: '/srv/device' } },
  server: { driver_opts: { type: 'nfs', o: 'addr=10.0.0.1', device: ':/export' } },
  memory: { driver_opts: { type: 'tmpfs', device: 'tmpfs' } },
};

/** What is at the host paths of the random files; the project's folder is /repo. */
export const PATHS: Readonly<Record<string, PathKind>> = {
  '/repo/absent': 'absent',
  '/repo/Aa/data': 'absent',
  '/repo/BB/data': 'absent',
  '/repo/src': 'directory',
  '/repo/a.conf': 'file',
  '/srv/folder': 'directory',
  '/srv/absent': 'absent',
  '/srv/a.conf': 'file',
  '/srv/a.sock': 'socket',
  '/var/run/docker.sock': 'socket',
  '/etc/localtime': 'file',
};

const port = fc.record(
  {
    target: fc.integer({ min: 80, max: 84 }),
    published: fc.constantFrom('', '0', '80', '81', '5432', '9000-9002'),
    protocol: fc.constantFrom('tcp', 'udp'),
    host_ip: fc.constantFrom('127.0.0.1', '0.0.0.0'),
  },
  { requiredKeys: ['target', 'protocol'] },
);

const mount: fc.Arbitrary<MountModel> = fc.oneof(
  fc.record({
    type: fc.constant('bind'),
    source: fc.constantFrom(...Object.keys(PATHS)),
    target: fc.constantFrom('/app', '/data', '/var/lib/x', '/etc/x'),
    read_only: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('volume'),
    source: fc.constantFrom(...Object.keys(VOLUMES)),
    target: fc.constantFrom('/v', '/w'),
  }),
);

const text = fc.constantFrom(
  'http://localhost:80/x',
  'localhost:5432',
  'redis://172.30.0.11:6379,172.31.0.2',
  'http://host.docker.internal:81',
  'p$ss$$word',
  '172.30.0.0/16',
  '1_000',
);

const environment = fc.dictionary(fc.constantFrom('PUBLIC_URL', 'DB_URL', 'PASSWORD', 'NODES'), text, { maxKeys: 3 });

/** How a service is connected: on networks (static where they have a subnet), or in a mode of its own. */
type Connection = { readonly networks: readonly string[] } | { readonly mode: string };

const connection: fc.Arbitrary<Connection> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ networks: fc.subarray(Object.keys(NETWORKS), { maxLength: 3 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ mode: fc.constantFrom('host', 'none', 'bridge', 'service', 'container:x', 'their-net') }),
  },
);

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const service = fc.record({
  connection,
  replicas: fc.constantFrom<Pick<ServiceModel, 'scale' | 'deploy'>>(
    {},
    {},
    { scale: 0 },
    { scale: 2 },
    { deploy: { replicas: 3 } },
  ),
  named: fc.boolean(),
  made: fc.constantFrom<Pick<ServiceModel, 'image' | 'build'>>(
    { image: 'x' },
    { image: 'app:1' },
    { image: 'app:1', build: { context: '/repo', dockerfile: 'Dockerfile' } },
    { build: { context: '/repo', dockerfile: 'Dockerfile', tags: ['app:latest'] } },
  ),
  ports: optional(fc.array(port, { minLength: 1, maxLength: 4 })),
  expose: optional(fc.constant(['80', '5432'])),
  volumes: optional(fc.uniqueArray(mount, { selector: (m) => m.target, minLength: 1, maxLength: 4 })),
  environment: optional(environment),
  command: optional(fc.array(text, { minLength: 1, maxLength: 2 })),
  pid: optional(fc.constantFrom('host')),
  external_links: optional(fc.constant(['their-container:x'])),
  healthcheck: optional(fc.constant({ test: ['CMD', 'true'], interval: '30s' })),
});

type Draft = typeof service extends fc.Arbitrary<infer T> ? T : never;

function connect(draft: Draft, index: number, home: string): Pick<ServiceModel, 'networks' | 'network_mode'> {
  if ('mode' in draft.connection) {
    const { mode } = draft.connection;
    if (mode !== 'service') return { network_mode: mode };
    return index === 0 ? { network_mode: 'none' } : { network_mode: `service:${home}` };
  }
  const several = (draft.replicas.scale ?? draft.replicas.deploy?.replicas ?? 1) > 1;
  const networks = draft.connection.networks.map((network) => {
    const prefix = { static: '172.30.0', apart: '172.31.0' }[network];
    return [network, prefix && !several ? { ipv4_address: `${prefix}.${index * 9 + 2}` } : null] as const;
  });
  return networks.length === 0 ? {} : { networks: Object.fromEntries(networks) };
}

function serviceOf(draft: Draft, index: number, home: string): ServiceModel {
  const { connection: _, replicas, named, made, ...rest } = draft;
  const several = (replicas.scale ?? replicas.deploy?.replicas ?? 1) > 1;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const name = named && !several ? { container_name: `the-${index}` } : {};
  return { ...given, ...made, ...replicas, ...name, ...connect(draft, index, home) } as ServiceModel;
}

export const randomFile: fc.Arbitrary<RandomFile> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom(...SERVICES), { minLength: 1, maxLength: 6 }),
    fc.array(service, { minLength: 6, maxLength: 6 }),
  )
  .map(([names, drafts]) => {
    const home = names[0] as string;
    const services = Object.fromEntries(names.map((name, i) => [name, serviceOf(drafts[i] as Draft, i, home)]));
    const all = Object.values(services);
    const usedNetworks = new Set(all.flatMap((s) => Object.keys(s.networks ?? {})));
    const usedVolumes = new Set(all.flatMap((s) => (s.volumes ?? []).map((m) => m.source)));
    return { services, networks: pick(NETWORKS, usedNetworks), volumes: pick(VOLUMES, usedVolumes) };
  });

function pick<T>(objects: Record<string, T>, used: ReadonlySet<string | undefined>): Record<string, T> {
  return Object.fromEntries(Object.entries(objects).filter(([key]) => used.has(key)));
}

const perhaps = <T extends string>(...values: readonly T[]) =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq: 5 });

export const randomDecisions: fc.Arbitrary<Decisions> = fc
  .record({
    external: perhaps('fresh', 'clone', 'share'),
    hostNetwork: perhaps('convert', 'exclusive', 'share'),
    binds: perhaps('private', 'copy', 'share'),
    foreign: perhaps('share'),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
