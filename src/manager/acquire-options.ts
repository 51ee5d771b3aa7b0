import type { BuildPolicy, PullPolicy } from '../domain/build/policy.js';
import type { Decisions } from '../domain/decisions.js';
import type { Hooks } from '../domain/hooks.js';
import type { Mode } from '../domain/lease.js';
import type { PoolOption } from '../domain/pool.js';
import type { PortMode } from '../domain/ports.js';
import type { OnUnhealthy } from '../domain/recovery.js';
import type { ResourceOptions } from '../domain/resources.js';
import type { Seeds } from '../domain/seeds.js';
import type { Waits } from '../domain/wait.js';
import type { QueueOptions } from './admit.js';
import type { ResetOptions } from './reset.js';
import type { SpecOptions } from './spec.js';

/** What an environment is asked for with. Times are milliseconds. */
export interface AcquireOptions extends SpecOptions, QueueOptions, ResourceOptions {
  /** First part of the project name; else COMPOSE_PROJECT_NAME, else the folder's name. */
  readonly name?: string;
  /**
   * `shared`: whoever asks for the same (name, files, decisions) uses the same environment; it stays as long as one of
   * them does. `production`: one's own, of published images where there are any. `dedicated`, one's own, by default.
   */
  readonly mode?: Mode;
  /** How long a shared environment stays after its last use. Not at all by default. */
  readonly keepWarm?: number;
  /**
   * Whether the data of a shared environment is brought back to what it was when that was ready, or to the last snapshot,
   * for who comes when all others have left. True, or what `reset` takes. False by default.
   */
  readonly resetOnJoin?: boolean | Pick<ResetOptions, 'services' | 'commands'>;
  /** From the creation of the first container until everything is ready; pulls and builds are not counted. 60 000 by default. */
  readonly waitTimeout?: number;
  /**
   * Absent: the lease ends with this process. A number: the environment outlives this process and the lease ends so
   * many milliseconds after it is ready. null: it lasts until it is released.
   */
  readonly ttl?: number | null;
  /** Which numbers published ports get; a leased range by default. */
  readonly portMode?: PortMode;
  /** When a service counts as ready, for those where the standard is not right: `{ worker: { log: 'listening' } }`. */
  readonly waits?: Waits;
  /** Probe more often while services start, then as the file says. True by default. */
  readonly accelerate?: boolean;
  /** On a failed start, leave what is there running for a look: for half an hour, or until it is stopped by name. */
  readonly keepOnFailure?: boolean;
  /**
   * What happens while this process holds the environment and a service that was ready becomes unhealthy or ends:
   * nothing; `report` tells `onProgress` and marks the lease; `restart` also brings it back. `ignore` by default.
   */
  readonly onUnhealthy?: OnUnhealthy;
  /**
   * Starts the engine first where it does not run, with whatever this machine has for that, and never with a password.
   * False by default; else DOCKER_MANUAL_START_ENGINE.
   */
  readonly startEngine?: boolean;
  /** Which of what the file builds is built: `app`, all that has changed, by default. See docs/builds.md. */
  readonly build?: BuildPolicy;
  /** The same in the words of the original: true is `app`, false is `none`. `build` goes first. */
  readonly noCacheAppCode?: boolean;
  /** When images are pulled; by default as the file says of each service, else when they are missing. */
  readonly pull?: PullPolicy;
  /** How the holder is called in `status` and in errors; the running script's name by default. */
  readonly owner?: string;
  /**
   * The project's own commands at points of the life of an environment; they get its variables. One that fails before it
   * is ready fails the acquire; one that fails at its end is only told.
   */
  readonly hooks?: Hooks;
  /**
   * Keeps environments of these options ready, and hands one of them over: see docs/pool.md. `min` of them (1 by default),
   * for `idle` milliseconds after the last acquire (600 000). None by default.
   */
  readonly pool?: PoolOption;
  /** Services whose data is prepared once and copied for every further environment; see docs/volumes.md. */
  readonly seeds?: Seeds;
  /** Ends the acquire; what was made is removed first. */
  readonly signal?: AbortSignal;
  /** What a copy may do with things that exist only once; asked for by HAZARD_UNISOLATABLE. */
  readonly decisions?: Decisions;
}
