import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { Context } from './context.js';
import { thisProcess } from './machine.js';
import { overBecause } from './owner-life.js';
import { restoreLost } from './reconcile.js';
import { end } from './release.js';
import { dropUnfinished } from './volume-sets.js';

/** A lease whose time is over, and why. */
export interface Overdue {
  readonly lease: LeaseRecord;
  readonly cause: string;
}

/**
 * Removes what dead owners left on this engine, before anything else is done. What cannot be removed now is told and
 * stays for the next sweep: somebody else's leftovers must not keep a user from working. Objects of leases that the
 * store does not know, late arrivals among them, are looked for too.
 */
export async function sweep(context: Context, signal: AbortSignal): Promise<void> {
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  const known = new Set(store.list().map((lease) => lease.id));
  const labels = { [LABEL.store]: store.id };
  const objects = await Promise.all([
    engine.containers(labels, signal),
    engine.networks(labels, signal),
    engine.volumes(labels, signal),
  ]);
  const here = new Set(objects.flat().map((object) => object.labels[LABEL.lease]));
  if ([...here].some((id) => !known.has(id ?? ''))) await restoreLost(context, signal);
  if (store.incomplete) store.completed();
  for (const each of await overdue(context, here)) {
    const { project } = each.lease;
    if (context.config.reconcile === 'report') {
      context.config.onProgress({ type: 'left', project, reason: `${each.cause}; reconcile is "report"` });
      continue;
    }
    try {
      await collect(context, each);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      context.config.onProgress({ type: 'left', project, reason });
    }
  }
  if (context.config.reconcile === 'fix') await dropUnfinished(engine, store);
}

/**
 * The leases of this engine that nobody holds any more. An engine may have several addresses: what has objects
 * `here` is here.
 */
async function overdue(context: Context, here: ReadonlySet<string | undefined>): Promise<Overdue[]> {
  const { endpoint } = await context.engine();
  const leases = (await context.store())
    .list()
    .filter((lease) => lease.engine.endpoint === endpoint || here.has(lease.id));
  const judged = await Promise.all(leases.map(async (lease) => ({ lease, cause: await overBecause(context, lease) })));
  return judged.flatMap(({ lease, cause }) => (cause === undefined ? [] : [{ lease, cause }]));
}

/** @throws RELEASE_INCOMPLETE */
export async function collect(context: Context, { lease, cause }: Overdue): Promise<void> {
  const store = await context.store();
  const taken = store.takeOver(lease, thisProcess(), cause);
  if (taken) await end(context, taken, cause, false);
}
