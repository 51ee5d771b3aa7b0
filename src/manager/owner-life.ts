import { anchorsOf, type LeaseRecord, whyOver } from '../domain/lease.js';
import type { OwnerContainer, ProcessIdentity, ProcessLife, ProcessOwner } from '../domain/owner.js';
import type { Engine } from '../engine/engine.js';
import type { Context } from './context.js';
import { lifeOf, thisProcess } from './machine.js';

/** One look; an engine that does not answer leaves the owner unknown, and so trusted. Milliseconds. */
const LOOK_TIMEOUT = 2000;

/**
 * This process as the owner of a lease. Its container is named only if the engine knows it: otherwise "no such
 * container" would later be taken for its end.
 */
export async function ownerHere(engine: Engine, command: string | undefined): Promise<ProcessOwner> {
  const owner = thisProcess(command);
  if (owner.container === null) return owner;
  const found = await look(engine, owner.container);
  return found === 'runs' ? owner : { ...owner, container: null };
}

/** Why nobody holds the lease any more; undefined while somebody does. */
export async function overBecause(context: Pick<Context, 'engine'>, lease: LeaseRecord): Promise<string | undefined> {
  const lives = await Promise.all(anchorsOf(lease).map((process) => lifeOfAnchor(process, context)));
  return whyOver(lease, lives, Date.now());
}

/** The engine is asked only about a process in a container that cannot be seen from here. */
async function lifeOfAnchor(anchor: ProcessIdentity, context: Pick<Context, 'engine'>): Promise<ProcessLife> {
  const life = lifeOf(anchor);
  if (life !== 'unknown' || anchor.container === null) return life;
  return lifeOf(anchor, await look(await context.engine(), anchor.container));
}

async function look(engine: Engine, id: string): Promise<OwnerContainer | undefined> {
  try {
    const found = await engine.inspect(id, AbortSignal.timeout(LOOK_TIMEOUT));
    if (found?.status === 'paused') return 'paused';
    return found?.status === 'running' ? 'runs' : 'over';
  } catch {
    return undefined;
  }
}
