import { EnvironmentError } from './errors.js';
import { imageFamily } from './image-family.js';
import type { ComposeModel, ServiceModel } from './model.js';
import { FAST_STORAGE, LIMITS } from './resource-choices.js';
import { parseSize } from './size.js';
import { suggest } from './suggest.js';
import type { Waits } from './wait.js';

/** What a service is given where neither its compose file nor its image says anything. */
export interface ServiceDefaults {
  /** Memory limit: "512m". */
  readonly memory?: string;
  /** How many processors: 0.5. */
  readonly cpus?: number;
  readonly healthcheck?: HealthcheckDefault;
}

/** As in a compose file. */
export interface HealthcheckDefault {
  readonly test: readonly string[];
  readonly interval?: string;
  readonly timeout?: string;
  readonly retries?: number;
}

/** What the containers of an environment may take. Nothing is limited or moved that was not asked for. */
export interface ResourceOptions {
  /** Defaults of single services, by name. */
  readonly services?: Readonly<Record<string, ServiceDefaults>>;
  /** `recommended`: memory limits and health checks of well-known services. `none` by default. */
  readonly limits?: (typeof LIMITS)[number];
  /**
   * Where known databases keep their data: as the file has it (`volume`, by default), in memory (`tmpfs`), or in memory
   * where there is plenty of it (`auto`). What is in memory is gone when the container stops.
   */
  readonly fastStorage?: (typeof FAST_STORAGE)[number];
  /** PostgreSQL without the guarantees that only matter after a crash (fsync and the like). False by default. */
  readonly tuneDatabases?: boolean;
}

/** `auto` has been decided. */
export interface Resources extends Omit<ResourceOptions, 'fastStorage'> {
  readonly fastStorage?: 'volume' | 'tmpfs';
  /** Services whose data comes from a volume that was prepared: it is not put into memory. */
  readonly seeded?: readonly string[];
}

interface Recommended extends ServiceDefaults {
  /** Asked from outside: an image need not have a client in it. */
  readonly http?: { readonly port: number; readonly path: string };
}

/** The service table of UnifiedDockerManager, by kind of image. */
const BY_FAMILY: Readonly<Record<string, Recommended>> = {
  // By TCP: on its socket the server answers while it is still being initialised.
  postgres: { memory: '512m', healthcheck: { test: ['CMD', 'pg_isready', '-h', '127.0.0.1'] } },
  redis: { memory: '256m', healthcheck: { test: ['CMD', 'redis-cli', 'ping'] } },
  clickhouse: { memory: '1g', healthcheck: { test: ['CMD', 'clickhouse-client', '--query=SELECT 1'] } },
};

/** The same, by name of the service where its image is none of the above. */
const BY_NAME: Readonly<Record<string, Recommended>> = {
  backend: { memory: '512m', http: { port: 8000, path: '/health' } },
  auth: { memory: '256m', http: { port: 8081, path: '/health' } },
  frontend: { memory: '512m', http: { port: 3000, path: '/' } },
};

export function recommended(name: string, service: ServiceModel): Recommended {
  const family = imageFamily(service.image);
  return (family ? BY_FAMILY[family.name] : BY_NAME[name]) ?? {};
}

/** Endpoints of the table as waits, for services that have no health check and name the port. */
export function recommendedWaits(model: ComposeModel, { limits = 'none' }: Resources): Waits {
  if (limits === 'none') return {};
  const entries = Object.entries(model.services).flatMap(([name, service]) => {
    const { http } = recommended(name, service);
    if (!http || service.healthcheck || !names(service, http.port)) return [];
    return [[name, { http: http.path, port: http.port }] as const];
  });
  return Object.fromEntries(entries);
}

function names({ ports = [], expose = [] }: ServiceModel, port: number): boolean {
  return ports.some(({ target }) => target === port) || expose.some((each) => Number.parseInt(each, 10) === port);
}

/** @throws OPTION_INVALID for what nobody could follow */
export function checkResources(model: ComposeModel, options: ResourceOptions): void {
  const { services = {}, limits = 'none', fastStorage = 'volume' } = options;
  if (!LIMITS.includes(limits)) throw wrong('limits', `"${limits}" is none of ${LIMITS.join(', ')}`);
  if (!FAST_STORAGE.includes(fastStorage)) {
    throw wrong('fastStorage', `"${fastStorage}" is none of ${FAST_STORAGE.join(', ')}`);
  }
  for (const [name, defaults] of Object.entries(services)) {
    if (!(name in model.services)) {
      const near = suggest(name, Object.keys(model.services));
      throw wrong('services', `there is no service "${name}"${near ? `; did you mean "${near}"?` : ''}`);
    }
    checkDefaults(name, defaults);
  }
}

/** Docker's own least: with less, no container starts. Bytes. */
const LEAST_MEMORY = 6 * 1024 ** 2;

function checkDefaults(name: string, defaults: ServiceDefaults): void {
  const { memory, cpus, healthcheck, ...others } = defaults;
  const option = `services.${name}`;
  const [unknown] = Object.keys(others);
  if (unknown) {
    const near = suggest(unknown, ['memory', 'cpus', 'healthcheck']);
    throw wrong(option, `"${unknown}" is none of memory, cpus, healthcheck${near ? `; did you mean "${near}"?` : ''}`);
  }
  if (memory !== undefined && !((parseSize(memory) ?? 0) >= LEAST_MEMORY)) {
    throw wrong(option, `memory "${memory}" is no size from 6m on, such as 512m`);
  }
  if (cpus !== undefined && !(cpus > 0)) throw wrong(option, `cpus "${cpus}" is no number above 0`);
  if (healthcheck !== undefined && !healthcheck.test?.length) throw wrong(option, 'its healthcheck has no test');
}

function wrong(option: string, reason: string): EnvironmentError {
  return new EnvironmentError('OPTION_INVALID', { option, reason, command: 'start' });
}
