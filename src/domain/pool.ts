import type { Decisions } from './decisions.js';
import { decided } from './decisions.js';
import { parseDuration } from './duration.js';
import type { EnvironmentKind } from './environment-kind.js';
import { POLICIES } from './environment-kind.js';
import type { Mode } from './lease.js';
import type { ComposeModel } from './model.js';
import type { PortMode } from './ports.js';

/** How much a pool holds. */
export interface PoolSize {
  /** Environments that are kept ready. */
  readonly min: number;
  /** Nothing is filled in while so many are there, those in use counted too; null: as many as there is memory for. */
  readonly max: number | null;
  /** After the last acquire, how long the ready ones stay. Milliseconds. */
  readonly idle: number;
}

/** As a caller says it: true is the standard size, a number is `min`. */
export type PoolOption = boolean | number | Partial<Omit<PoolSize, 'max'>> | Partial<PoolSize>;

const STANDARD: PoolSize = { min: 1, max: null, idle: 10 * 60_000 };

/** Undefined where no pool is asked for, a text where what is asked for cannot be. */
export function poolSize(option: PoolOption | undefined): PoolSize | string | undefined {
  if (option === undefined || option === false) return undefined;
  const given = option === true ? {} : typeof option === 'number' ? { min: option } : option;
  const size: PoolSize = { ...STANDARD, ...given };
  if (!isCount(size.min)) return `min is ${size.min}, and has to be a number from 1 on`;
  if (size.max !== null && !(isCount(size.max) && size.max >= size.min)) {
    return `max is ${size.max}, and has to be a number from min (${size.min}) on`;
  }
  return size.idle > 0 ? size : `idle is ${size.idle}, and has to be a time in milliseconds`;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

/** "2", "2-6", "2-6,10m": min, max and idle; "off". Undefined where the text is none of that. */
export function parsePool(text: string): PoolOption | undefined {
  if (text === 'off') return false;
  const match = /^(\d{1,4})(?:-(\d{1,4}))?(?:,(.+))?$/.exec(text.trim());
  if (!match) return undefined;
  const [, min, max, duration] = match;
  const idle = duration === undefined ? undefined : parseDuration(duration);
  if (duration !== undefined && !idle) return undefined;
  const option = {
    min: Number(min),
    ...(max === undefined ? {} : { max: Number(max) }),
    ...(idle === undefined ? {} : { idle }),
  };
  return typeof poolSize(option) === 'object' ? option : undefined;
}

/** What of an acquire decides on whether it can be served from a pool. */
interface Pooled {
  readonly mode?: Mode;
  readonly env?: EnvironmentKind;
  readonly portMode?: PortMode;
  readonly pull?: string;
  readonly build?: string;
}

/** What contradicts a pool in the options, and why; undefined where nothing does. */
export function notWithPool({ mode, env = 'test', portMode, pull, build }: Pooled): string | undefined {
  if (mode !== undefined && mode !== 'dedicated') return `mode "${mode}" makes no environment that somebody gets alone`;
  if (POLICIES[env].keepsVolumes) return `environments for "${env}" keep their volumes, and there is one of them`;
  if (portMode === 'fixed' || portMode === 'stable') return `portMode "${portMode}" has its ports only once`;
  if (pull === 'always') return 'pull "always" asks for images that are newer than the ones that stand ready';
  if (build === 'all') return 'build "all" asks for images that are newer than the ones that stand ready';
  return undefined;
}

/** What in the files themselves cannot be made ahead of time; undefined where nothing does. */
export function notAhead(model: ComposeModel, decisions: Decisions): string | undefined {
  const policies = Object.entries(model.services).find(
    ([, { pull_policy: policy }]) => policy !== undefined && !NOT_ASKING.includes(policy),
  );
  if (policies) return `the file says pull_policy: ${policies[1].pull_policy} of "${policies[0]}"`;
  const volumes = Object.entries(model.volumes ?? {}).filter(([, volume]) => volume?.external);
  const cloned = volumes.find(([name]) => decided(decisions.external, name) === 'clone');
  return cloned && `the volume "${cloned[0]}" is cloned as it is at the start`;
}

const NOT_ASKING: readonly string[] = ['missing', 'if_not_present', 'never', 'build'];

/** A lease's place in a pool: on its way into it, in it, or handed over out of it (or made while it was empty). */
export interface PoolPlace {
  /** What everything in the pool has in common; see docs/pool.md. */
  readonly key: string;
  readonly state: 'filling' | 'warm' | 'used';
}

/** How many of a pool there are. */
export interface PoolCounts {
  readonly filling: number;
  readonly warm: number;
  readonly used: number;
}

/** After so many failures in a row nothing is filled in until somebody acquires from the pool again. */
export const MOST_FAILURES = 5;
/** Before the next try after a failure: doubled each time. Milliseconds. */
const FIRST_PAUSE = 1000;

/** How long to wait after the n-th failure in a row. Milliseconds. */
export function pauseAfter(failures: number): number {
  return FIRST_PAUSE * 2 ** Math.max(0, failures - 1);
}

/** What is known of a pool beside its leases. Times are milliseconds since the epoch. */
export interface PoolNeed extends PoolSize {
  readonly usedAt: number;
  readonly failures: number;
  readonly notBefore: number;
}

/** How many are to be filled in now. */
export function missing(pool: PoolNeed, { filling, warm, used }: PoolCounts, now: number): number {
  if (pool.failures >= MOST_FAILURES || pool.notBefore > now || pool.usedAt + pool.idle <= now) return 0;
  const room = pool.max === null ? Number.POSITIVE_INFINITY : pool.max - warm - filling - used;
  return Math.max(0, Math.min(pool.min - warm - filling, room));
}

/** It belongs to a pool and to nobody else yet: whoever is looking for an environment of theirs does not mean it. */
export function isStock({ pool }: { readonly pool?: PoolPlace }): boolean {
  return pool?.state === 'filling' || pool?.state === 'warm';
}

/** A container as the engine lists it. */
interface Listed {
  readonly service: string;
  readonly status: string;
  readonly text: string;
  readonly image: string;
}

/**
 * What makes a ready environment unfit since it was made: a service that is not as it was found ready, or an image whose
 * name leads elsewhere now (the engine then lists the container with the image's id). `states`: service → as what it was
 * found ready.
 */
export function unfit(
  model: ComposeModel,
  states: Readonly<Record<string, { readonly state: string }>>,
  containers: readonly Listed[],
): string | undefined {
  for (const [service, { state }] of Object.entries(states)) {
    const own = containers.filter((container) => container.service === service);
    const wanted = model.services[service]?.scale ?? model.services[service]?.deploy?.replicas ?? 1;
    if (own.length < wanted && !model.services[service]?.provider) return `a container of "${service}" was removed`;
    const broken = own.find((container) => !isAsItWas(container, state));
    if (broken) return `"${service}" is ${broken.status === 'running' ? broken.text : broken.status}`;
    const moved = own.find(({ image }) => /^sha256:[0-9a-f]{64}$/.test(image));
    if (moved && model.services[service]?.image !== moved.image) return `the image of "${service}" was replaced`;
  }
  return undefined;
}

function isAsItWas({ status, text }: Listed, state: string): boolean {
  if (state === 'completed') return status === 'exited' && text.startsWith('Exited (0)');
  if (status !== 'running' || text.includes('(unhealthy)')) return false;
  return state !== 'healthy' || !text.includes('(health: starting)');
}
