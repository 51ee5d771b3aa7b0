import type { ContainerEvent, Engine } from '../engine/engine.js';
import type { OnProgress, Progress } from './progress.js';

/** What happened when, in the order in which it was seen. Times are milliseconds since the epoch. */
export type TimelineEntry =
  | { readonly at: number; readonly source: 'docker-manual'; readonly progress: Progress }
  | { readonly at: number; readonly source: 'engine'; readonly event: Omit<ContainerEvent, 'time'> };

/** A crash loop of a forgotten environment must not fill the memory. */
const MOST_ENTRIES = 5000;

/**
 * Writes along what an acquire tells and what it hears of the engine. Afterwards it could not be had any more: the
 * engine keeps its last 256 events, and health probes alone fill them within seconds.
 */
export class Timeline {
  readonly entries: TimelineEntry[] = [];
  readonly onProgress: OnProgress;

  constructor(onProgress: OnProgress) {
    this.onProgress = (progress) => {
      this.#add({ at: Date.now(), source: 'docker-manual', progress });
      onProgress(progress);
    };
  }

  /** The same engine; whoever reads its events has them written along. */
  observe(engine: Engine): Engine {
    const events: Engine['events'] = async (labels, signal) => this.#read(await engine.events(labels, signal));
    return new Proxy(engine, {
      get(target, key) {
        if (key === 'events') return events;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  async *#read(events: AsyncIterable<ContainerEvent>): AsyncIterable<ContainerEvent> {
    for await (const event of events) {
      const { time, ...rest } = event;
      this.#add({ at: time, source: 'engine', event: rest });
      yield event;
    }
  }

  #add(entry: TimelineEntry): void {
    if (this.entries.length < MOST_ENTRIES) this.entries.push(entry);
  }
}
