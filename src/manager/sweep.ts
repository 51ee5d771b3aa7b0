import { formatDuration } from '../domain/duration.js';
import { isOver, type LeaseRecord } from '../domain/lease.js';
import { describeOwner, judgeOwner } from '../domain/owner.js';
import type { Context } from './context.js';
import { factsAbout, thisProcess } from './machine.js';
import { end } from './release.js';

/** A lease whose time is over, and why. */
export interface Overdue {
  readonly lease: LeaseRecord;
  readonly cause: string;
}

/**
 * Removes what dead owners left, before anything else is done. What cannot be removed now is told and stays for the
 * next sweep: somebody else's leftovers must not keep a user from working.
 */
export async function sweep(context: Context): Promise<void> {
  for (const { lease, cause } of await overdue(context)) {
    try {
      await collect(context, { lease, cause });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      context.config.onProgress({ type: 'left', project: lease.project, reason });
    }
  }
}

export async function overdue(context: Context): Promise<Overdue[]> {
  const store = await context.store();
  return store.list().flatMap((lease) => {
    const cause = whyOver(lease, Date.now());
    return cause === undefined ? [] : [{ lease, cause }];
  });
}

/** @throws RELEASE_INCOMPLETE */
export async function collect(context: Context, { lease, cause }: Overdue): Promise<void> {
  const store = await context.store();
  const taken = store.takeOver(lease, thisProcess(), cause);
  if (taken) await end(context, taken, cause, 2);
}

/** Undefined while somebody holds the lease. An owner that this machine cannot see is trusted until its expiry. */
export function whyOver(lease: LeaseRecord, now: number): string | undefined {
  if (lease.expiresAt !== null && lease.expiresAt <= now) {
    return `lease expired ${formatDuration(now - lease.expiresAt)} ago`;
  }
  const { owner } = lease;
  if (owner.kind === 'process' && judgeOwner(owner, factsAbout(owner.pid)) === 'gone') {
    return `owner ${describeOwner(owner)} is gone`;
  }
  return isOver(lease.state) ? `lease is ${lease.state}` : undefined;
}
