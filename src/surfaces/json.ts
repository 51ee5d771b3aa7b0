import type {
  Description,
  EnvironmentStatus,
  HistoryEvent,
  Lease,
  LeaseRecord,
  PoolStatus,
  QueueEntry,
} from '../index.js';

/** The JSON that scripts read (design contract): times are ISO 8601 UTC, durations milliseconds. */

export function leaseJson(record: LeaseRecord): Record<string, unknown> {
  return {
    id: record.id,
    project: record.project,
    state: shownState(record),
    mode: record.mode,
    owner: record.owner,
    createdAt: new Date(record.createdAt).toISOString(),
    expiresAt: record.expiresAt === null ? null : new Date(record.expiresAt).toISOString(),
    ports: record.ports === null ? null : [record.ports.first, record.ports.last],
    memory: record.memory,
    ...(record.pool === undefined ? {} : { pool: record.pool.key }),
  };
}

/** `warm`: it stands ready in a pool, and is nobody's yet. */
export function shownState({ pool, state }: LeaseRecord): string {
  return pool?.state === 'warm' && state === 'ready' ? 'warm' : state;
}

export function poolJson({ usedAt, endsAt, ...pool }: PoolStatus): Record<string, unknown> {
  return { ...pool, usedAt: new Date(usedAt).toISOString(), endsAt: new Date(endsAt).toISOString() };
}

/** 1 is next on its engine. */
export function placeOf(queue: readonly QueueEntry[], index: number): number {
  return queue.slice(0, index + 1).filter(({ engine }) => engine === queue[index]?.engine).length;
}

export function startJson(lease: Lease): Record<string, unknown> {
  return { lease: leaseJson(lease.record), services: lease.services, env: lease.env, timings: lease.timings };
}

export function statusJson(
  environments: readonly EnvironmentStatus[],
  queue: readonly QueueEntry[],
): Record<string, unknown> {
  return {
    queued: queue.map(({ budget, since, ...entry }, i) => ({
      ...entry,
      position: placeOf(queue, i),
      budget: [budget.memory, budget.environments].map((each) => (Number.isFinite(each) ? each : null)),
      since: new Date(since).toISOString(),
    })),
    leases: environments.map(({ record, over, services }) => ({
      ...leaseJson(record),
      ...(over === undefined ? {} : { state: 'expired', over }),
      services,
      timeline: record.timeline,
    })),
  };
}

export function historyJson(events: readonly HistoryEvent[]): Record<string, unknown> {
  return { events: events.map((event) => ({ ...event, at: new Date(event.at).toISOString() })) };
}

export function describeJson({ record, over, services, system, machine }: Description): Record<string, unknown> {
  const described = Object.entries(services).map(([name, { containers, ...service }]) => {
    const times = containers.map(({ startedAt, ...each }) => {
      return { ...each, startedAt: startedAt > 0 ? new Date(startedAt).toISOString() : null };
    });
    return [name, { ...service, containers: times }] as const;
  });
  return {
    lease: { ...leaseJson(record), ...(over === undefined ? {} : { state: 'expired', over }) },
    files: record.spec.files,
    engine: record.engine.endpoint,
    services: Object.fromEntries(described),
    system,
    machine,
  };
}
