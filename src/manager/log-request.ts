import type { LeaseRecord } from '../domain/lease.js';
import type { ContainerSummary, Engine, LogLine, LogOptions } from '../engine/engine.js';
import type { WhichEnvironment } from './leased.js';

/** Whose logs are wanted, and how much of them. */
export interface LogsOptions extends WhichEnvironment {
  /** Of these services only; of all by default. */
  readonly services?: readonly string[];
  /** Goes on as the logs grow, also over restarts, until the environment is gone or the signal aborts. */
  readonly follow?: boolean;
  /** The last so many lines of each container; all by default. */
  readonly tail?: number;
  /** Only what was written since then. Milliseconds since the epoch. */
  readonly since?: number;
  readonly signal?: AbortSignal;
}

/** One line of a service’s log. */
export interface ServiceLine extends Omit<LogLine, 'time'> {
  readonly service: string;
  /** The service, or "web-2" of several. */
  readonly source: string;
  /** Milliseconds since the epoch; null where only the text was kept. */
  readonly time: number | null;
}

/** What services have logged, also those of an environment that is gone and has left a dossier. */
export interface Logs {
  readonly project: string;
  /** Folder that they come from when the environment is gone. */
  readonly dossier?: string;
  readonly sources: readonly string[];
  /** In the order of time; of what is followed, as it comes. */
  readonly lines: AsyncIterable<ServiceLine>;
}

/** What the readers of live logs work with. */
export interface LogRequest {
  readonly engine: Engine;
  readonly record: LeaseRecord;
  readonly containers: readonly ContainerSummary[];
  readonly options: LogsOptions;
  readonly signal: AbortSignal;
}

/** As the engine takes them. */
export function limits({ tail, since }: LogsOptions): Omit<LogOptions, 'follow'> {
  return { ...(tail === undefined ? {} : { tail }), ...(since === undefined ? {} : { since }) };
}
