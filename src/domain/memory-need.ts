import { imageFamily } from './image-family.js';
import { type ComposeModel, replicas, type ServiceModel, type VolumeModel } from './model.js';
import { parseSize } from './size.js';

const MB = 1024 ** 2;

/**
 * What a test's copy of a known service is counted with where nothing limits it, in MB. Chosen by order of magnitude for a
 * server with little data in it, and not measured: they only have to keep many copies from being taken for nothing.
 */
const ESTIMATES: Readonly<Record<string, number>> = {
  postgres: 128,
  mysql: 512,
  mariadb: 192,
  mssql: 2048,
  cockroach: 512,
  clickhouse: 1024,
  influxdb: 256,
  cassandra: 2048,
  redis: 32,
  memcached: 96,
  mongo: 256,
  elasticsearch: 2048,
  opensearch: 2048,
  kafka: 1024,
  rabbitmq: 256,
  nats: 32,
  nginx: 32,
};

/** Of a service that is built, or whose image is not known. With it, eight of them fit into one GB. */
const ESTIMATE_UNKNOWN = 128;

/** A tmpfs that is given no size may grow to half of the machine; nearly all of them hold a lock file or a socket. */
const ESTIMATE_TMPFS = 16 * MB;

/** What an environment takes at most, as far as that is known before it runs. Bytes. */
export interface MemoryNeed {
  readonly bytes: number;
  /** Services without a limit: what they are counted with is an estimate. */
  readonly estimated: readonly string[];
}

/** Limits and sizes of tmpfs of all containers that Compose makes of the model. */
export function memoryNeed(model: ComposeModel): MemoryNeed {
  const services = Object.entries(model.services).filter(([, service]) => replicas(service) > 0);
  const volumes = new Set(services.flatMap(([, service]) => volumesOf(service)));
  const ofServices = services.map(([, service]) => replicas(service) * (limitOrEstimate(service) + tmpfsOf(service)));
  const ofVolumes = [...volumes].map((name) => tmpfsVolume(model.volumes?.[name]));
  return {
    bytes: sum(ofServices) + sum(ofVolumes),
    estimated: services.filter(([, service]) => memoryLimit(service) === undefined).map(([name]) => name),
  };
}

/** The service's memory limit, of either of the two places where a file may have it. Bytes. */
export function memoryLimit({ mem_limit, deploy }: ServiceModel): number | undefined {
  const limit = parseSize(String(mem_limit ?? deploy?.resources?.limits?.memory ?? ''));
  return limit === 0 ? undefined : limit; // 0 is Docker's word for none
}

function limitOrEstimate(service: ServiceModel): number {
  const family = imageFamily(service.image)?.name ?? '';
  return memoryLimit(service) ?? (ESTIMATES[family] ?? ESTIMATE_UNKNOWN) * MB;
}

/** `tmpfs: ["/run:size=64m,mode=755"]`, and mounts of that type. */
function tmpfsOf({ tmpfs = [], volumes = [] }: ServiceModel): number {
  const short = tmpfs.map((text) => sizeOption(text.slice(text.indexOf(':') + 1)));
  const long = volumes.flatMap((mount) => (mount.type === 'tmpfs' ? [mount.tmpfs?.size] : []));
  return sum([...short, ...long].map((size) => parseSize(String(size ?? '')) || ESTIMATE_TMPFS));
}

function volumesOf({ volumes = [] }: ServiceModel): string[] {
  return volumes.flatMap(({ type, source }) => (type === 'volume' && source ? [source] : []));
}

function tmpfsVolume(volume: VolumeModel | null | undefined): number {
  if (volume?.driver_opts?.type !== 'tmpfs') return 0;
  return parseSize(sizeOption(volume.driver_opts.o ?? '') ?? '') || ESTIMATE_TMPFS;
}

/** Of "size=64m,mode=755". */
function sizeOption(options: string): string | undefined {
  return /(?:^|,)size=([^,]+)/.exec(options)?.[1];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
