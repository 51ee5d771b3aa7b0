import { rmSync } from 'node:fs';
import type { LeaseRecord } from '../domain/lease.js';
import type { Context } from './context.js';
import { leaseFolder } from './lease-folder.js';
import { thisProcess } from './machine.js';
import { type ReapOptions, reap } from './reap.js';

/**
 * Ends one environment: takes the lease over (from here on its holder can change nothing), removes everything that
 * bears its label, and only then the row. Releasing what is released already does nothing.
 *
 * @throws RELEASE_INCOMPLETE; the row stays, and the next sweep tries again.
 */
export async function release(
  context: Context,
  leaseId: string,
  cause: string,
  emptyScans: ReapOptions['emptyScans'] = 1,
): Promise<void> {
  const store = await context.store();
  const held = store.find(leaseId);
  const lease = held && store.takeOver(held, thisProcess(), cause);
  if (lease) await end(context, lease, cause, emptyScans);
}

/** The deed behind every release, once the lease is taken over. */
export async function end(
  context: Context,
  lease: LeaseRecord,
  cause: string,
  emptyScans: ReapOptions['emptyScans'],
): Promise<void> {
  const from = performance.now();
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  try {
    await reap(engine, lease, { emptyScans });
  } catch (error) {
    store.transition(lease, 'failed', { reason: error instanceof Error ? error.message : String(error) });
    throw error;
  }
  rmSync(leaseFolder(context.config, lease), { recursive: true, force: true });
  store.remove(lease);
  const afterMs = Math.round(performance.now() - from);
  context.config.onProgress({ type: 'removed', project: lease.project, cause, afterMs });
}
