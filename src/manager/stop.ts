import { EnvironmentError } from '../domain/errors.js';
import { anchorsOf, type LeaseRecord } from '../domain/lease.js';
import { describeOwner } from '../domain/owner.js';
import type { Context } from './context.js';
import { removeKeptVolumes } from './kept-volumes.js';
import { lifeOf } from './machine.js';
import { endPools } from './pool/drain.js';
import { release } from './release.js';
import { selectHere, selectLeases } from './select.js';

/** What a stop or clean did. */
export interface Removal {
  readonly removed: readonly { readonly project: string; readonly cause: string }[];
  readonly kept: readonly { readonly project: string; readonly cause: string }[];
}

/** Which environments are ended. */
export interface StopOptions {
  /** Projects or lease ids, or beginnings of them; none means the one environment of this folder. */
  readonly names?: readonly string[];
  /** Every environment that no running process holds; pools end with that. */
  readonly all?: boolean;
  /** Also the named volumes that environments for development and production keep. */
  readonly volumes?: boolean;
  readonly cwd?: string;
}

/**
 * Ends environments by name, whoever holds them; with `all`, those of running processes are kept.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, RELEASE_INCOMPLETE
 */
export async function stop(context: Context, options: StopOptions): Promise<Removal> {
  const store = await context.store();
  if (options.all) {
    const pools = await endPools(context, 'stopped');
    const leases = store.list();
    const held = leases.filter(isHeldByProcess);
    const removal = await releaseAll(
      context,
      leases.filter((l) => !held.includes(l)),
      'stopped',
      options.volumes,
    );
    const kept = held.map((l) => ({
      project: l.project,
      cause: `held by ${describeOwner(l.owner)}; name it to stop it`,
    }));
    return { removed: [...pools.removed, ...removal.removed], kept: [...pools.kept, ...removal.kept, ...kept] };
  }
  const leases = store.list();
  const chosen = options.names?.length
    ? selectLeases(leases, options.names, store.history.projects())
    : [selectHere(leases, options.cwd ?? process.cwd())];
  return releaseAll(context, chosen, 'stopped', options.volumes);
}

/** Releases side by side; the first failure is thrown when all have ended. */
export async function releaseAll(
  context: Context,
  leases: readonly LeaseRecord[],
  cause: string,
  volumes = false,
): Promise<Removal> {
  const results = await Promise.allSettled(
    leases.map(async (lease) => {
      await release(context, lease.id, cause);
      if (volumes) await removeKeptVolumes(await context.engine(), lease.spec);
    }),
  );
  const failure = results.find((r) => r.status === 'rejected');
  if (failure && !(failure.reason instanceof EnvironmentError && failure.reason.code === 'RELEASE_INCOMPLETE')) {
    throw failure.reason;
  }
  const kept = results.flatMap((r, i) =>
    r.status === 'rejected' ? [{ project: leases[i]?.project ?? '', cause: String((r.reason as Error).message) }] : [],
  );
  if (failure && kept.length === leases.length && kept.length === 1) throw failure.reason;
  const removed = leases
    .filter((_, i) => results[i]?.status === 'fulfilled')
    .map((l) => ({ project: l.project, cause }));
  return { removed, kept };
}

function isHeldByProcess(lease: LeaseRecord): boolean {
  return anchorsOf(lease).some((process) => lifeOf(process) !== 'gone');
}
