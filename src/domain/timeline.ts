import type { ComposeModel } from './model.js';
import { isReady, type Verdict } from './verdict.js';

/** Where the time of an acquire went. Milliseconds, counted from its beginning. */
export interface Timeline {
  /** Steps in their order, with what each took. */
  readonly steps: Readonly<Record<string, number>>;
  readonly services: Readonly<Record<string, ServiceTimes>>;
}

export interface ServiceTimes {
  readonly created: number;
  readonly started: number;
  readonly ready: number;
  /** As what it was found ready. */
  readonly state: ReadyState;
  /** Services that it waited for. */
  readonly after: readonly string[];
}

export type ReadyState = 'healthy' | 'running' | 'completed';

/** One change of a service, as it was told; `at` is milliseconds since the epoch. */
export interface ServiceMark {
  readonly at: number;
  readonly service: string;
  readonly verdict: Verdict;
}

/** Makes the timeline of what was told since `begun`. A service that recovers is ready when it was last found ready. */
export function timelineOf(
  model: ComposeModel,
  begun: number,
  marks: readonly ServiceMark[],
  steps: Readonly<Record<string, number>>,
): Timeline {
  const services = Object.entries(model.services).map(([name, service]) => {
    const own = marks.filter((mark) => mark.service === name);
    const created = own[0]?.at ?? begun;
    const started = own.find((mark) => mark.verdict.state !== 'created')?.at ?? created;
    const found = own.findLast((mark) => isReady(mark.verdict));
    const ready = found?.at ?? started;
    const state = (found?.verdict.state ?? 'running') as ReadyState;
    const after = Object.keys(service.depends_on ?? {});
    return [name, { created: created - begun, started: started - begun, ready: ready - begun, state, after }] as const;
  });
  return { steps, services: Object.fromEntries(services) };
}

/**
 * The chain of services that decided how long it took: the last one to be ready, what it waited for longest, and so on.
 * First the one that started first.
 */
export function criticalPath({ services }: Timeline): string[] {
  const lastOf = (names: readonly string[]) =>
    names.filter((name) => name in services).sort((a, b) => readyAt(services, b) - readyAt(services, a))[0];
  const path: string[] = [];
  for (let name = lastOf(Object.keys(services)); name !== undefined && !path.includes(name); ) {
    path.unshift(name);
    name = lastOf(services[name]?.after ?? []);
  }
  return path;
}

function readyAt(services: Timeline['services'], name: string): number {
  return services[name]?.ready ?? 0;
}
