import type { LeaseRecord } from '../../domain/lease.js';
import type { Context } from '../context.js';
import { thisProcess } from '../machine.js';
import { end } from '../release.js';
import type { Removal } from '../stop.js';

/**
 * Releases an environment of a pool that nobody was given yet. What was handed over between the look and the deed is
 * somebody's, and stays: its generation is another one.
 */
export async function releaseStock(context: Context, lease: LeaseRecord, cause: string): Promise<Removal> {
  const { project } = lease;
  const taken = (await context.store()).takeOver(lease, thisProcess(), cause);
  if (!taken) return { removed: [], kept: [] };
  try {
    await end(context, taken, cause, lease.state === 'ready');
    return { removed: [{ project, cause }], kept: [] };
  } catch (error) {
    return { removed: [], kept: [{ project, cause: error instanceof Error ? error.message : String(error) }] };
  }
}
