import type { ErrorCode, ErrorParams } from '../../domain/errors.js';

/**
 * What a text means. A status code alone lies (a port conflict is 500, an exhausted address pool 404), and so does
 * Compose's exit code (a foreign network is shared with code 0), so the text decides, together with the operation in
 * which it was said: "no such file" is a missing command at a start, a missing compose file at a resolution, and a
 * program's own words in a build.
 *
 * What to do about it is in the catalogue of domain/errors.ts: the code's hint, and whether an alternative helps.
 */
export interface FailureRule {
  /** Operations in which the text means this; absent where it means the same in all. */
  readonly during?: readonly Operation[];
  /** null: only where the API has given no answer at all. Else the status says nothing that the text does not. */
  readonly status?: null;
  /** Tried without regard to what surrounds it: versions differ in their prefixes. Named groups are parameters. */
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly params?: ErrorParams;
}

export type ComposeOperation =
  | 'compose version'
  | 'compose config'
  | 'compose pull'
  | 'compose build'
  | 'compose create'
  | 'compose up';

/** Of the API only those in which a text means something else than in others. */
export type Operation =
  | ComposeOperation
  | 'create container'
  | 'start container'
  | 'restart container'
  | 'connect network'
  | 'remove network'
  | 'remove volume';

/** Where containers are made. Compose pulls what is missing then. */
export const CREATING: readonly Operation[] = ['create container', 'compose create', 'compose up'];

/** Where containers are started: only then the engine takes their ports, addresses and commands. */
export const STARTING: readonly Operation[] = ['start container', 'restart container', 'connect network', 'compose up'];

/** Where a registry may be asked. */
export const PULLING: readonly Operation[] = ['compose pull', 'compose build', 'compose create', 'compose up'];
