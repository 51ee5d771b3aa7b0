/**
 * One process among all that ever were. Start time (clock ticks since boot, so changes of the wall clock do not
 * matter) and boot tell it apart from a later one with the same number.
 */
export interface ProcessIdentity {
  /** The machine, for people and for a boot id that has changed. */
  readonly host: string;
  /** Random for each boot of a machine, and the same in its containers; "unknown" where the platform has none. */
  readonly boot: string;
  /** Its numbering of processes: the inode of its pid namespace; null where the platform has none. */
  readonly namespace: string | null;
  /** The container that it runs in; null outside of one. */
  readonly container: string | null;
  readonly pid: number;
  /** Clock ticks since boot; null where the platform does not tell. */
  readonly startTicks: number | null;
}

/** Who holds a lease. */
export type Owner = ProcessOwner | SessionOwner;

export interface ProcessOwner extends ProcessIdentity {
  readonly kind: 'process';
  /** What runs, for people: "vitest", "docker-manual start". */
  readonly command: string;
}

/** A command that has exited and left its environment running until the lease expires. */
export interface SessionOwner {
  readonly kind: 'session';
  readonly host: string;
  readonly user: string;
  readonly command: string;
  /** The process that carries out the CI job, where it was one: the lease does not outlive it. */
  readonly job: ProcessIdentity | null;
}

/** What can be said of a process. `unknown`: it cannot be seen from here. */
export type ProcessLife = 'alive' | 'gone' | 'unknown';

/** What is to be seen from here. */
export interface ProcessFacts {
  readonly host: string;
  readonly boot: string;
  readonly namespace: string | null;
  /** The process that has the number now; undefined when none has. `state` as in /proc: R S D T Z X … */
  readonly process: { readonly startTicks: number | null; readonly state: string } | undefined;
  /** What the engine says of the identity's container; undefined where it was not asked or the identity has none. */
  readonly container?: OwnerContainer | undefined;
}

/** `over`: stopped, removed, or started anew since. A process in one that runs may have ended all the same. */
export type OwnerContainer = 'runs' | 'paused' | 'over';

/**
 * Whether the process lives. Certain on the same boot with the same numbering of processes; of a process in another
 * container the engine knows when it has ended with it; of another machine nobody can tell.
 */
export function judgeProcess(identity: ProcessIdentity, facts: ProcessFacts): ProcessLife {
  if (identity.boot !== facts.boot) return identity.host === facts.host ? 'gone' : 'unknown';
  if (identity.boot === 'unknown' && identity.host !== facts.host) return 'unknown';
  if (identity.namespace !== facts.namespace) return lifeIn(facts.container);
  const { process } = facts;
  if (!process || process.state === 'Z' || process.state === 'X') return 'gone';
  if (identity.startTicks === null || process.startTicks === null) return 'alive';
  return identity.startTicks === process.startTicks ? 'alive' : 'gone';
}

function lifeIn(container: OwnerContainer | undefined): ProcessLife {
  if (container === undefined || container === 'runs') return 'unknown';
  return container === 'paused' ? 'alive' : 'gone';
}

/** The process of an owner, or of the CI job that a command which has exited was part of; null for a TTL only. */
export function anchorOf(owner: Owner): ProcessIdentity | null {
  return owner.kind === 'process' ? owner : owner.job;
}

/** "vitest (pid 812)" or "alice, by docker-manual start". */
export function describeOwner(owner: Owner): string {
  return owner.kind === 'process' ? `${owner.command} (pid ${owner.pid})` : `${owner.user}, by ${owner.command}`;
}
