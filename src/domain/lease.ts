import { formatDuration } from './duration.js';
import {
  anchorOf,
  describeOwner,
  type Owner,
  type ProcessIdentity,
  type ProcessLife,
  type ProcessOwner,
} from './owner.js';
import type { PoolPlace } from './pool.js';
import type { PortRange } from './ports.js';
import type { Timeline } from './timeline.js';

/** Where a lease is in its life: pending, starting, ready, stopping, released; or what went wrong. */
export type LeaseState =
  | 'pending'
  | 'starting'
  | 'ready'
  | 'degraded'
  | 'stopping'
  | 'released'
  | 'failed'
  | 'suspect'
  | 'expired'
  | 'force-killed';

/** Whose an environment is: one’s own, one for all who ask for the same, or one’s own of published images. */
export type Mode = 'dedicated' | 'shared' | 'production';

export const MODES: readonly Mode[] = ['dedicated', 'shared', 'production'];

/** What may follow what. The store refuses every other change. */
export const TRANSITIONS: Readonly<Record<LeaseState, readonly LeaseState[]>> = {
  pending: ['starting', 'failed', 'stopping', 'expired'],
  // Degraded at once: a start that failed and is kept for a look.
  starting: ['ready', 'degraded', 'failed', 'stopping', 'suspect', 'expired'],
  ready: ['degraded', 'stopping', 'suspect', 'expired'],
  degraded: ['ready', 'stopping', 'suspect', 'expired'],
  suspect: ['ready', 'starting', 'stopping', 'expired'],
  expired: ['stopping'],
  failed: ['stopping'],
  stopping: ['released', 'force-killed', 'failed', 'stopping'],
  'force-killed': ['released'],
  released: [],
};

/** One published port of an environment. */
export interface Binding {
  readonly service: string;
  /** Port inside the container. */
  readonly target: number;
  readonly protocol: string;
  /** What the compose file publishes, "5432" or "9000-9003"; "" where it leaves the choice to the engine. */
  readonly published: string;
  /** The leased port; the first of `count` in a row. */
  readonly port: number;
  /** More than one only for a service with replicas or a published range. */
  readonly count: number;
}

/** The files that the user asked for, as they go to Compose: paths absolute, in order. */
export interface Spec {
  readonly files: readonly string[];
  /** Folder of the first file; relative paths in the files count from it. */
  readonly directory: string;
  readonly profiles: readonly string[];
  readonly envFiles: readonly string[];
  /** Service → image that it runs instead of what the files say. */
  readonly images?: Readonly<Record<string, string>>;
  /** Of an environment that comes back: the name that its place has at each start of the same checkout. */
  readonly seat?: string;
  /** Its named volumes are the seat's, and not its own. */
  readonly keepsVolumes?: true;
  /** Only these services and what they depend on; all where absent. */
  readonly only?: readonly string[];
}

/** One use of a shared environment; a process may have several. */
export interface Holder {
  readonly token: string;
  readonly process: ProcessOwner;
  /** It brings the data back to its beginning: nobody else may join meanwhile. */
  readonly preparing?: true;
}

/** `environment` is made of DOCKER_HOST, DOCKER_CONTEXT and the like. */
export interface EngineAddress {
  readonly endpoint: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A row of the store: the right to one environment. Times are milliseconds since the epoch. */
export interface LeaseRecord {
  readonly id: string;
  readonly project: string;
  readonly state: LeaseState;
  readonly mode: Mode;
  /** Raised whenever somebody other than the holder takes the lease over; late writes of the old holder then fail. */
  readonly generation: number;
  readonly owner: Owner;
  /**
   * What a shared environment is found by: its name and everything that it is made of. Null for one that is not
   * shared, or not any more.
   */
  readonly sharedKey: string | null;
  /** Who uses a shared environment: it stays as long as one of them lives, and until it expires. */
  readonly holders: readonly Holder[];
  /** Grows while the holder's process lives: the only sign of life where the process itself cannot be seen. */
  readonly renewals: number;
  /** The engine that it is on: where, and what the Docker CLI has to be told to use it. */
  readonly engine: EngineAddress;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly ports: PortRange | null;
  /** Leased subnets: network of the file → "10.231.0.0/28". */
  readonly subnets: Readonly<Record<string, string>>;
  /** The files that it was made of. */
  readonly spec: Spec;
  readonly bindings: readonly Binding[];
  /** Where the time of the acquire went; null until it is ready. */
  readonly timeline: Timeline | null;
  /** What it takes of its engine's memory at most: limits, sizes of tmpfs, and estimates where there are none. Bytes. */
  readonly memory: number;
  /** Of one that was made for a pool, or while its pool was empty. */
  readonly pool?: PoolPlace;
}

const RETIRED = 'retired:';

/** In place of the key by which new users find a shared environment: of one whose place another has taken. */
export function retiredKey({ id }: Pick<LeaseRecord, 'id'>): string {
  return RETIRED + id;
}

/** Still used by those who have it, and not to be had any more. */
export function isRetired({ sharedKey }: Pick<LeaseRecord, 'sharedKey'>): boolean {
  return sharedKey?.startsWith(RETIRED) ?? false;
}

/** A lease in these states holds nothing that anybody may use any more; a sweep removes what is left of it. */
export function isOver(state: LeaseState): boolean {
  return state === 'expired' || state === 'failed' || state === 'released' || state === 'force-killed';
}

/** Ready once, and to be used by whoever asks for the same. */
function isShared({ sharedKey, timeline }: LeaseRecord): boolean {
  return sharedKey !== null && timeline !== null;
}

/**
 * The processes that a lease hangs on: it is held while one of them lives. A shared one hangs on who makes it until it
 * is ready, and then on who uses it.
 */
export function anchorsOf(lease: LeaseRecord): readonly ProcessIdentity[] {
  if (isShared(lease)) return lease.holders.map((holder) => holder.process);
  const anchor = anchorOf(lease.owner);
  return anchor ? [anchor] : [];
}

/**
 * Why nobody holds the lease any more; undefined while somebody does. `lives` are those of its anchors, `now`
 * milliseconds since the epoch. A process that cannot be seen is trusted.
 */
export function whyOver(lease: LeaseRecord, lives: readonly ProcessLife[], now: number): string | undefined {
  const { expiresAt, owner, state } = lease;
  if (isOver(state)) return `lease is ${state}`;
  const expired = expiresAt !== null && expiresAt <= now;
  const why = expired ? `lease expired ${formatDuration(now - expiresAt)} ago` : undefined;
  if (isShared(lease)) {
    if (lives.some((life) => life !== 'gone')) return undefined;
    return expiresAt === null ? 'nobody uses it any more' : why;
  }
  if (why !== undefined) return why;
  if (!lives.includes('gone')) return undefined;
  return owner.kind === 'process' ? `owner ${describeOwner(owner)} is gone` : 'its CI job has ended';
}
