import type { ComposeModel } from './model.js';

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
  /** Services that it waited for. */
  readonly after: readonly string[];
}

/** Notes what happens while services start; `now` is the time since the acquire began. */
export class TimelineRecorder {
  readonly #after: Readonly<Record<string, readonly string[]>>;
  readonly #marks = new Map<string, { created: number; started?: number; ready?: number }>();

  constructor(model: ComposeModel) {
    const services = Object.entries(model.services);
    this.#after = Object.fromEntries(services.map(([name, s]) => [name, Object.keys(s.depends_on ?? {})]));
  }

  created(now: number): void {
    for (const name of Object.keys(this.#after)) this.#marks.set(name, { created: now });
  }

  started(service: string, now: number): void {
    const mark = this.#marks.get(service) ?? { created: now };
    this.#marks.set(service, { ...mark, started: mark.started ?? now });
  }

  /** A service that recovers is ready when it was last found ready. */
  ready(service: string, now: number): void {
    this.started(service, now);
    const mark = this.#marks.get(service);
    if (mark) mark.ready = now;
  }

  finish(steps: Readonly<Record<string, number>>): Timeline {
    const services = [...this.#marks].map(([name, { created, started, ready }]) => {
      const begun = started ?? created;
      return [name, { created, started: begun, ready: ready ?? begun, after: this.#after[name] ?? [] }] as const;
    });
    return { steps, services: Object.fromEntries(services) };
  }
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
