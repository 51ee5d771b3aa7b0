import { imageFamily } from '../domain/image-family.js';
import type { ServiceModel } from '../domain/model.js';
import type { Wait } from '../domain/wait.js';
import type { ContainerDetail, Engine } from '../engine/engine.js';
import type { Question } from './prober.js';
import { http } from './probes/http.js';
import { type Probe, type ProbeTarget, probeFor } from './probes/index.js';
import { tcp } from './probes/tcp.js';

/** A published port at which nothing listens may belong to a debugger that is off. Milliseconds. */
const SILENT_PUBLISHED = 10_000;
/** A service that publishes nothing is asked inside its network, which is not reachable everywhere. Milliseconds. */
const SILENT_INSIDE = 3000;

/**
 * Families that may run well and still not answer as they do when all is well: a gateway whose upstream the tests
 * themselves start, a replica set that they initiate.
 */
const MAY_STAY_SILENT: readonly string[] = ['nginx', 'caddy', 'httpd', 'traefik', 'mongo'];

/** What a GET brings from a service that works, when the user has named no status. */
const SUCCESS = [200, 201, 202, 203, 204, 301, 302, 303, 304, 307, 308];

/**
 * How to ask a container without a health check: by the protocol of its image where that is known, else whether
 * anybody listens on a published port. Undefined where there is nothing to ask.
 */
export function standardQuestion(service: ServiceModel, container: ContainerDetail): Question | undefined {
  const family = imageFamily(service.image);
  const about = { env: environment(service), command: service.command ?? [] };
  if (family) {
    const probe = probeFor(family.name);
    const published = addressOf(container, family.port);
    if (published) {
      const silentAfter = MAY_STAY_SILENT.includes(family.name) ? SILENT_PUBLISHED : null;
      return { ask: (signal) => probe({ ...published, ...about, signal }), silentAfter };
    }
    const inside = container.addresses[0];
    if (inside && !service.ports?.length) {
      const target = { host: inside, port: family.port, ...about };
      return { ask: (signal) => probe({ ...target, signal }), silentAfter: SILENT_INSIDE };
    }
  }
  const listeners = Object.keys(container.ports).flatMap((key) =>
    key.endsWith('/tcp') ? [Number.parseInt(key, 10)] : [],
  );
  if (listeners.length === 0) return undefined;
  return {
    ask: (signal) => anyOf(listeners.map((port) => () => askPort(container, port, tcp, about, signal))),
    silentAfter: SILENT_PUBLISHED,
  };
}

/** The wait that the user has named. `exit` is not asked: see oneShots. */
export function namedQuestion(engine: Engine, wait: Wait, service: ServiceModel, container: ContainerDetail): Question {
  return { ask: (signal) => askWait(engine, wait, service, container, signal), silentAfter: null };
}

async function askWait(
  engine: Engine,
  wait: Wait,
  service: ServiceModel,
  container: ContainerDetail,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (wait === 'running' || wait === 'exit') return undefined;
  if (wait === 'healthcheck') return health(engine, container.id, signal);
  if ('all' in wait) {
    for (const each of wait.all) {
      const why = await askWait(engine, each, service, container, signal);
      if (why !== undefined) return why;
    }
    return undefined;
  }
  const about = { env: environment(service), command: service.command ?? [] };
  if ('tcp' in wait) return askPort(container, wait.tcp, tcp, about, signal);
  if ('http' in wait) return askPort(container, wait.port, httpProbe(wait), about, signal);
  if ('log' in wait) return logged(engine, container.id, wait.log, signal);
  return executed(engine, container.id, wait.exec, signal);
}

function httpProbe({ http: path, status }: { http: string; status?: readonly number[] }): Probe {
  return http({ path, statuses: status ?? SUCCESS });
}

async function health(engine: Engine, id: string, signal: AbortSignal): Promise<string | undefined> {
  const detail = await engine.inspect(id, signal).catch(() => undefined);
  if (detail?.health === 'healthy') return undefined;
  return detail?.health === 'none' ? 'has no health check to wait for' : `health check: ${detail?.health ?? 'unknown'}`;
}

async function logged(engine: Engine, id: string, pattern: string, signal: AbortSignal): Promise<string | undefined> {
  const log = await engine.logTail(id, 10_000, signal).catch(() => '');
  return new RegExp(pattern, 'm').test(log) ? undefined : `no log line matches ${pattern}`;
}

async function executed(
  engine: Engine,
  id: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const result = await engine
    .exec(id, command, signal)
    .catch((error: Error) => ({ exitCode: -1, output: error.message }));
  if (result.exitCode === 0) return undefined;
  return `${command[0]} ended with ${result.exitCode}: ${result.output.trim().split('\n').at(-1) ?? ''}`;
}

async function askPort(
  container: ContainerDetail,
  port: number,
  probe: Probe,
  about: Pick<ProbeTarget, 'env' | 'command'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const address = addressOf(container, port) ?? insideAddress(container, port);
  if (!address) return `port ${port} is not reachable from here (publish it)`;
  return probe({ ...address, ...about, signal });
}

async function anyOf(questions: readonly (() => Promise<string | undefined>)[]): Promise<string | undefined> {
  const answers = await Promise.all(questions.map((ask) => ask()));
  return answers.includes(undefined) ? undefined : answers[0];
}

function addressOf(container: ContainerDetail, port: number): { host: string; port: number } | undefined {
  return container.ports[`${port}/tcp`]?.[0];
}

function insideAddress(container: ContainerDetail, port: number): { host: string; port: number } | undefined {
  const host = container.addresses[0];
  return host ? { host, port } : undefined;
}

function environment(service: ServiceModel): Record<string, string> {
  const entries = Object.entries(service.environment ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
