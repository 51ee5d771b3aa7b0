import type { LeaseRecord } from '../domain/lease.js';
import { describeOwner } from '../domain/owner.js';
import type { Context } from './context.js';
import type { Removal } from './stop.js';
import { collect, type Overdue, whyOver } from './sweep.js';

export interface CleanOptions {
  /** Also environments that somebody still holds. */
  readonly all?: boolean;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
}

/** Removes what nobody holds any more; with `all`, everything of this state folder. Nothing else is ever looked at. */
export async function clean(context: Context, options: CleanOptions): Promise<Removal> {
  const plan = planClean((await context.store()).list(), options.all === true, Date.now());
  const kept = plan.keep.map((lease) => ({ project: lease.project, cause: `held by ${describeOwner(lease.owner)}` }));
  if (options.dryRun)
    return { removed: plan.remove.map(({ lease, cause }) => ({ project: lease.project, cause })), kept };
  const removed: { project: string; cause: string }[] = [];
  await Promise.all(
    plan.remove.map(async ({ lease, cause }) => {
      try {
        await collect(context, { lease, cause });
        removed.push({ project: lease.project, cause });
      } catch (error) {
        kept.push({ project: lease.project, cause: error instanceof Error ? error.message : String(error) });
      }
    }),
  );
  return { removed, kept };
}

function planClean(
  leases: readonly LeaseRecord[],
  all: boolean,
  now: number,
): { remove: Overdue[]; keep: LeaseRecord[] } {
  const remove: Overdue[] = [];
  const keep: LeaseRecord[] = [];
  for (const lease of leases) {
    const cause = whyOver(lease, now) ?? (all ? 'clean --all' : undefined);
    if (cause === undefined) keep.push(lease);
    else remove.push({ lease, cause });
  }
  return { remove, keep };
}
