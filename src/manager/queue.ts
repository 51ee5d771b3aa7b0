import type { QueueEntry } from '../store/admission-queue.js';
import type { Context } from './context.js';
import { lifeOf } from './machine.js';

/** Who waits for room, in their order, engine by engine. Those who have died are left out. */
export async function queue(context: Context): Promise<QueueEntry[]> {
  const entries = (await context.store()).queue.list();
  return entries.filter(({ owner }) => lifeOf(owner) !== 'gone');
}
