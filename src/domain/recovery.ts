import { EnvironmentError } from './errors.js';
import { type ContainerGlance, healthOf } from './health.js';
import type { PortMode } from './ports.js';

/** What may happen by itself when a service that was ready is not any more. */
export const ON_UNHEALTHY = ['ignore', 'report', 'restart'] as const;
/** What is done when a service is lost after it was ready. */
export type OnUnhealthy = (typeof ON_UNHEALTHY)[number];

/** How often services of one environment are brought back by themselves. Times are milliseconds. */
export interface RecoveryLimits {
  /** From the end of a recovery to the beginning of the next one. */
  readonly coolDown: number;
  readonly window: number;
  readonly mostInWindow: number;
  /** An incident lasts until every service is well again. */
  readonly mostPerIncident: number;
}

/** What needs more than this is not brought back by starting it again, and a loop would hide that. */
export const RECOVERY_LIMITS: RecoveryLimits = {
  coolDown: 30_000,
  window: 5 * 60_000,
  mostInWindow: 3,
  mostPerIncident: 2,
};

export type Permission =
  | { readonly may: 'now' }
  | { readonly may: 'later'; readonly at: number }
  | { readonly may: 'no'; readonly why: string };

/**
 * May services be brought back now?
 *
 * @param ended when each earlier recovery of the environment ended, in order
 * @param ofIncident how many of them belong to the incident that goes on
 */
export function mayRecover(
  ended: readonly number[],
  ofIncident: number,
  now: number,
  limits: RecoveryLimits = RECOVERY_LIMITS,
): Permission {
  if (ofIncident >= limits.mostPerIncident) return { may: 'no', why: `tried ${ofIncident} times` };
  const recent = ended.filter((at) => at > now - limits.window);
  if (recent.length >= limits.mostInWindow) {
    return { may: 'no', why: `${recent.length} recoveries within ${limits.window / 60_000} minutes` };
  }
  const at = (recent.at(-1) ?? Number.NEGATIVE_INFINITY) + limits.coolDown;
  return now >= at ? { may: 'now' } : { may: 'later', at };
}

/** A service at the time when its environment became ready. */
export interface ReadyService {
  readonly state: 'healthy' | 'running' | 'completed';
  /** Published ports, by any key. */
  readonly ports: Readonly<Record<string, number>>;
}

/** A service as the engine shows it now. */
export interface PresentService {
  readonly containers: readonly ContainerGlance[];
  /** When its containers have ended, as far as that was seen. Milliseconds since the epoch. */
  readonly exits: readonly number[];
}

/** So many exits within {@link CRASH_WINDOW} are a loop, whatever the restart policy makes of it. */
const CRASH_LOOP_EXITS = 3;
/** Milliseconds. */
const CRASH_WINDOW = 60_000;

export type Standing =
  | { readonly state: 'well' | 'starting' }
  /** It will not come back by itself. */
  | { readonly state: 'lost'; readonly reason: string };

/** How a service that was ready stands now. */
export function standingOf(ready: ReadyService, { containers, exits }: PresentService, now: number): Standing {
  if (ready.state === 'completed') return { state: 'well' };
  if (exits.filter((at) => at > now - CRASH_WINDOW).length >= CRASH_LOOP_EXITS) {
    return { state: 'lost', reason: 'crashes again and again' };
  }
  const health = healthOf(containers);
  switch (health) {
    case 'unhealthy':
      return { state: 'lost', reason: 'is unhealthy' };
    case 'stopped':
      return { state: 'lost', reason: exitReason(containers) };
    case 'starting':
      return { state: 'starting' };
    case 'completed': {
      // As at the start: what others connect to was to stay.
      const wasToStay = ready.state === 'healthy' || Object.keys(ready.ports).length > 0;
      return wasToStay ? { state: 'lost', reason: 'exited with code 0' } : { state: 'well' };
    }
    default:
      return { state: 'well' };
  }
}

function exitReason(containers: readonly ContainerGlance[]): string {
  const code = containers
    .map(({ text }) => /^Exited \((\d+)\)/.exec(text)?.[1])
    .find((c) => c !== undefined && c !== '0');
  if (code !== undefined) return `exited with code ${code}`;
  return containers.length === 0 ? 'has no container any more' : 'has stopped';
}

/** @throws OPTION_INVALID for what is none of them, and for what cannot be done with these ports */
export function checkRecovery({
  onUnhealthy = 'ignore',
  portMode,
}: {
  readonly onUnhealthy?: OnUnhealthy;
  readonly portMode?: PortMode;
}): void {
  const ephemeral = onUnhealthy === 'restart' && portMode === 'ephemeral';
  if (ON_UNHEALTHY.includes(onUnhealthy) && !ephemeral) return;
  const reason = ephemeral
    ? '"restart" needs ports that stay, and the engine would choose others: not with portMode "ephemeral"'
    : `"${onUnhealthy}" is none of ${ON_UNHEALTHY.join(', ')}`;
  throw new EnvironmentError('OPTION_INVALID', { option: 'onUnhealthy', reason, command: 'run' });
}
