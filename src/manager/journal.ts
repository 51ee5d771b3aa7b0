import type { ServiceMark } from '../domain/timeline.js';
import type { ContainerEvent } from '../engine/engine.js';
import type { OnProgress, Progress } from './progress.js';

/** What happened when, in the order in which it was seen. Times are milliseconds since the epoch. */
export type JournalEntry =
  | { readonly at: number; readonly source: 'docker-manual'; readonly progress: Progress }
  | { readonly at: number; readonly source: 'engine'; readonly event: Omit<ContainerEvent, 'time'> };

/** A crash loop of a forgotten environment must not fill the memory. */
const MOST_ENTRIES = 5000;

/**
 * Writes along what an acquire tells and what it hears of the engine. Afterwards it could not be had any more: the
 * engine keeps its last 256 events, and health probes alone fill them within seconds.
 */
export class Journal {
  readonly begun = Date.now();
  readonly entries: JournalEntry[] = [];
  readonly onProgress: OnProgress;

  constructor(onProgress: OnProgress) {
    this.onProgress = (progress) => {
      this.#add({ at: Date.now(), source: 'docker-manual', progress });
      onProgress(progress);
    };
  }

  /** What the engine has told. */
  readonly onEvent = ({ time, ...event }: ContainerEvent): void => {
    this.#add({ at: time, source: 'engine', event });
  };

  /** The changes of services, for the timeline. */
  marks(): ServiceMark[] {
    return this.entries.flatMap((entry): ServiceMark[] => {
      if (entry.source === 'engine' || entry.progress.type !== 'service') return [];
      const { service, verdict } = entry.progress;
      return [{ at: entry.at, service, verdict }];
    });
  }

  #add(entry: JournalEntry): void {
    if (this.entries.length < MOST_ENTRIES) this.entries.push(entry);
  }
}
