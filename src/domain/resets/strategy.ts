import type { Variables } from '../families/family.js';

/** What a strategy knows of a service. */
export interface ServiceData {
  /** The variables that clients of its image read by themselves, with its credentials. */
  readonly client: Variables;
  readonly env: Variables;
  /** The service's command in the compose file. */
  readonly command: readonly string[];
}

/** One command inside a service's container. Passwords are in `env` only: arguments can be seen by every process. */
export interface DataCommand {
  readonly command: readonly string[];
  readonly env: Variables;
  /** What a run that worked has written, for clients that end with 0 in any case. */
  readonly proof?: RegExp;
}

/** Why a service of a known image has no reset after all. */
export interface Unfit {
  readonly reason: string;
}

/** What became of a service's data. */
export type ResetOutcome = 'restored' | 'kept' | 'emptied' | 'commanded';

/** What is done with the data of one family of images, between tests above all. Pure: it gives commands and runs none. */
export interface DataStrategy {
  /** What a reset does to the data once a copy is kept. */
  readonly outcome: 'restored' | 'emptied';
  /** True where two resets of one service must not run at once. */
  readonly alone: boolean;
  /** Brings the data back to what is kept. Where nothing is, keeps it as it is and writes a line {@link KEPT}. */
  reset(service: ServiceData): DataCommand | Unfit;
  /** Keeps the data as it is now, in place of what was kept. Absent where a reset only empties. */
  readonly snapshot?: (service: ServiceData) => DataCommand | Unfit;
  /** A database for one worker, made of what is kept, and of the data as it is where nothing is kept. */
  readonly worker?: (service: ServiceData, slot: number, again: boolean) => WorkerCommand;
  /** A query for which the server reads what its first client would wait for. Absent where the first is as fast as any. */
  readonly firstQuery?: (service: ServiceData) => DataCommand;
}

export interface WorkerCommand extends DataCommand {
  /** Name of the worker's database. */
  readonly database: string;
  /** Changes of the service's environment under which its address is that of the worker's database. */
  readonly address: Variables;
}

/** The line by which a command says that it has kept the data and brought nothing back. */
export const KEPT = 'dm-kept';

/**
 * "app" and "_w1" as one name of at most `limit` bytes. A database server cuts what is longer, and would then take two
 * workers' names for one; here the first part gives way.
 */
export function boundedName(base: string, suffix: string, limit: number): string {
  let kept = base;
  while (bytes(kept + suffix) > limit) kept = [...kept].slice(0, -1).join('');
  return kept + suffix;
}

/** Length in UTF-8. */
function bytes(text: string): number {
  return encodeURIComponent(text).replace(/%../g, 'x').length;
}
