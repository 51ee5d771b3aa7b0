import type { Finding } from '../domain/reconcile.js';
import type { VolumeSet } from '../store/volume-sets.js';
import { type OldImage, oldImages, removeOldImage } from './build/old-images.js';
import type { Context } from './context.js';
import { compare } from './reconcile.js';
import type { Removal } from './stop.js';
import { collect } from './sweep.js';
import { abandoned, dropUnfinished } from './volume-sets.js';

/** What is removed: by default what nobody holds any more. */
export interface CleanOptions {
  /** Also environments that somebody still holds, and pools. */
  readonly all?: boolean;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Removes what nobody holds any more; with `all`, everything of this state folder on this engine. Leases that the store
 * has lost are written into it again first. Of images, those
 * that were built here and are no longer used. Nothing else is ever looked at.
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
  const store = await context.store();
  const all = options.all === true;
  if (options.dryRun) {
    const images = await oldImages(engine, store, all, signal);
    const unfinished = abandoned(engine, store).map(setEntry);
    return { removed: [...remove.map(entry), ...unfinished, ...images.map(imageEntry)], kept };
  }
  if (all) for (const { key } of store.pools.list()) store.pools.end(key); // their leases are in the plan
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
  // After the environments, whose containers need them.
  removed.push(...(await dropUnfinished(engine, store)).map(setEntry));
  for (const image of await oldImages(engine, store, all, signal)) {
    if (await removeOldImage(engine, store, image, signal)) removed.push(imageEntry(image));
  }
  return { removed, kept };
}

function setEntry({ kind, name }: VolumeSet): { project: string; cause: string } {
  return { project: `${kind} ${name.slice(0, 12)}`, cause: 'it was never finished' };
}

function imageEntry({ reference, cause }: OldImage): { project: string; cause: string } {
  return { project: `image ${reference}`, cause };
}

function takenToo(finding: Finding): Finding {
  if (finding.action === 'remove' || !finding.here) return finding;
  return { ...finding, action: 'remove', cause: 'clean --all' };
}

function entry({ lease, lost, cause }: Finding): { project: string; cause: string } {
  return { project: lease.project, cause: lost ? `${cause} (found by its labels)` : cause };
}
