import type { Health } from '../domain/health.js';
import { healthOf } from '../domain/health.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ContainerSummary } from '../engine/engine.js';
import type { Context } from './context.js';
import { overBecause } from './owner-life.js';

/** One environment as it is now: the store says whose it is, the engine what runs. */
export interface EnvironmentStatus {
  readonly record: LeaseRecord;
  /** Set when nobody holds the lease any more; the next start or clean removes it. */
  readonly over?: string;
  readonly services: Readonly<Record<string, ServiceStatus>>;
}

/** One service, as the engine has it now. */
export interface ServiceStatus {
  readonly state: Health;
  readonly host: string;
  /** "5432/tcp" → leased port. */
  readonly ports: Readonly<Record<string, number>>;
}

/** Every environment of this state folder, oldest first; one engine call for all of them. */
export async function status(context: Context, signal: AbortSignal): Promise<EnvironmentStatus[]> {
  const leases = (await context.store()).list();
  if (leases.length === 0) return [];
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  const containers = await engine.containers({ [LABEL.store]: store.id }, signal);
  const statusOf = async (record: LeaseRecord): Promise<EnvironmentStatus> => {
    const own = containers.filter((c) => c.labels[LABEL.lease] === record.id);
    const cause = await overBecause(context, record);
    return { record, ...(cause === undefined ? {} : { over: cause }), services: servicesOf(record, own, engine.host) };
  };
  return Promise.all(leases.map(statusOf));
}

function servicesOf(
  record: LeaseRecord,
  containers: readonly ContainerSummary[],
  host: string,
): Record<string, ServiceStatus> {
  const names = new Set([...record.bindings.map((b) => b.service), ...containers.map((c) => c.service)]);
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const bindings = record.bindings.filter((b) => b.service === name);
      const ports = Object.fromEntries(bindings.map((b) => [`${b.target}/${b.protocol}`, b.port]));
      return [name, { state: healthOf(containers.filter((c) => c.service === name)), host, ports }];
    }),
  );
}
