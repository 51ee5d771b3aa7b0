import type { Finding } from '../domain/reconcile.js';
import type { Context } from './context.js';
import { compare } from './reconcile.js';
import type { Removal } from './stop.js';
import { collect } from './sweep.js';

export interface CleanOptions {
  /** Also environments that somebody still holds. */
  readonly all?: boolean;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Removes what nobody holds any more; with `all`, everything of this state folder on this engine. Leases that the store
 * has lost are written into it again first. Nothing else is ever looked at.
 */
export async function clean(context: Context, options: CleanOptions): Promise<Removal> {
  const signal = options.signal ?? new AbortController().signal;
  const engine = await context.engine();
  await engine.ping(signal);
  const { findings, unreadable } = await compare(context, signal);
  const plan = findings.map((finding) => (options.all ? takenToo(finding) : finding));
  const kept = plan.filter((f) => f.action === 'keep').map(entry);
  kept.push(...unreadable.map((id) => ({ project: id, cause: 'it does not say whose it is' })));
  const remove = plan.filter((f) => f.action === 'remove');
  if (options.dryRun) return { removed: remove.map(entry), kept };
  const store = await context.store();
  for (const { lease, lost, cause } of plan) if (lost) store.restore(lease, { cause });
  const removed: { project: string; cause: string }[] = [];
  await Promise.all(
    remove.map(async ({ lease, cause }) => {
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

function takenToo(finding: Finding): Finding {
  if (finding.action === 'remove' || !finding.here) return finding;
  return { ...finding, action: 'remove', cause: 'clean --all' };
}

function entry({ lease, lost, cause }: Finding): { project: string; cause: string } {
  return { project: lease.project, cause: lost ? `${cause} (found by its labels)` : cause };
}
