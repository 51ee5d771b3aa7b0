import type { LeaseRecord } from '../../domain/lease.js';
import type { Queued } from '../claim.js';
import type { Context } from '../context.js';
import { releaseStock } from './release-stock.js';

/**
 * Who acquires goes before what only stands ready: releases as many environments of pools as take the memory, or the
 * place, that somebody is waiting for. The oldest first, whichever pool it is.
 *
 * @returns false when there is nothing to release
 */
export async function makeRoom(context: Context, { place, asker }: Queued): Promise<boolean> {
  if (place.go || place.position > 1) return false;
  let memory = asker.memory - place.free.memory;
  let places = 1 - place.free.environments;
  const chosen: LeaseRecord[] = [];
  for (const lease of await warmHere(context, asker.engine)) {
    if (memory <= 0 && places <= 0) break;
    chosen.push(lease);
    memory -= lease.memory;
    places -= 1;
  }
  const cause = `${asker.name} needs its room`;
  await Promise.all(chosen.map((lease) => releaseStock(context, lease, cause)));
  return chosen.length > 0;
}

async function warmHere(context: Context, endpoint: string): Promise<LeaseRecord[]> {
  const leases = (await context.store()).list();
  return leases.filter(({ pool, engine }) => pool?.state === 'warm' && engine.endpoint === endpoint);
}
