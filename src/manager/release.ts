import { rmSync } from 'node:fs';
import type { LeaseRecord } from '../domain/lease.js';
import type { Context } from './context.js';
import { endCreators } from './creators.js';
import { atPointCalmly, hookVariables, keptHooks } from './hooks.js';
import { leaseFolder } from './lease-folder.js';
import { thisProcess } from './machine.js';
import { reap } from './reap.js';
import { restoreLost } from './reconcile.js';
import { dropUnfinished } from './volume-sets.js';

/**
 * Ends one environment: takes the lease over (from here on its holder can change nothing), removes everything that
 * bears its label, and only then the row. Releasing what is released already does nothing. `cutShort`: a recovery was, of
 * which the engine may still be making something.
 *
 * @throws RELEASE_INCOMPLETE; the row stays, and the next sweep tries again.
 */
export async function release(context: Context, leaseId: string, cause: string, cutShort = false): Promise<void> {
  const store = await context.store();
  // "Not there" means released, unless the database has been lost: then the objects know of leases that it does not.
  if (store.incomplete && !store.find(leaseId)) await restoreLost(context, new AbortController().signal);
  const held = store.find(leaseId);
  const lease = held && store.takeOver(held, thisProcess(), cause);
  if (!held || !lease) return;
  const complete = isComplete(held);
  const hooks = complete ? keptHooks(context.config, lease) : {};
  if (Object.keys(hooks).length === 0) {
    await end(context, lease, cause, complete && !cutShort);
    return;
  }
  const env = await hookVariables(context, { ...lease, bindings: held.bindings });
  const task = { context, lease, hooks, env, signal: new AbortController().signal };
  await atPointCalmly('beforeStop', task);
  await end(context, lease, cause, !cutShort);
  await atPointCalmly('afterStop', task);
}

/** Nobody creates anything for it any more. Until it is ready, a `docker compose` may be at work for it. */
function isComplete({ state }: LeaseRecord): boolean {
  return state === 'ready' || state === 'degraded';
}

/**
 * The deed behind every release, once the lease is taken over. Where something may still be creating (`complete` is
 * false), that is ended first, and late arrivals are waited for.
 */
export async function end(context: Context, lease: LeaseRecord, cause: string, complete: boolean): Promise<void> {
  const from = performance.now();
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  try {
    if (!complete) endCreators(context.config, lease);
    await reap(context.config, engine, lease, { emptyScans: complete ? 1 : 2 });
    await dropUnfinished(engine, store, lease);
    if (lease.spec.keepsVolumes && lease.spec.seat !== undefined) store.volumeSets.touchSeat(lease.spec.seat);
  } catch (error) {
    store.transition(lease, 'failed', { reason: error instanceof Error ? error.message : String(error) });
    throw error;
  }
  rmSync(leaseFolder(context.config, lease), { recursive: true, force: true });
  store.remove(lease);
  const afterMs = Math.round(performance.now() - from);
  context.config.onProgress({ type: 'removed', project: lease.project, cause, afterMs });
}
