/**
 * Who holds a lease. A process is told apart from a later one with the same number by its start time (clock ticks
 * since boot, so changes of the wall clock do not matter) and by the boot it belongs to.
 */
export type Owner = ProcessOwner | SessionOwner;

export interface ProcessOwner {
  readonly kind: 'process';
  readonly host: string;
  readonly boot: string;
  readonly pid: number;
  /** Clock ticks since boot; null where the platform does not tell. */
  readonly startTicks: number | null;
  /** What runs, for people: "vitest", "docker-manual start". */
  readonly command: string;
}

/** A command that has exited and left its environment running until the lease expires. */
export interface SessionOwner {
  readonly kind: 'session';
  readonly host: string;
  readonly user: string;
  readonly command: string;
}

/** What the machine says of a process owner. */
export type OwnerLife = 'alive' | 'gone' | 'unknown';

export interface ProcessFacts {
  readonly host: string;
  readonly boot: string;
  /** The process that has the owner's number now; undefined when none has. `state` as in /proc: R S D T Z X … */
  readonly process: { readonly startTicks: number | null; readonly state: string } | undefined;
}

/** Judges a process owner by what this machine sees. A different host can say nothing. */
export function judgeOwner(owner: ProcessOwner, facts: ProcessFacts): OwnerLife {
  if (owner.host !== facts.host) return 'unknown';
  if (owner.boot !== facts.boot) return 'gone';
  if (!facts.process || facts.process.state === 'Z' || facts.process.state === 'X') return 'gone';
  if (owner.startTicks !== null && facts.process.startTicks !== null) {
    return owner.startTicks === facts.process.startTicks ? 'alive' : 'gone';
  }
  return 'alive';
}

/** "vitest (pid 812)" or "alice, by docker-manual start". */
export function describeOwner(owner: Owner): string {
  return owner.kind === 'process' ? `${owner.command} (pid ${owner.pid})` : `${owner.user}, by ${owner.command}`;
}
