import { EnvironmentError } from '../domain/errors.js';
import { type PurgeChoice, planPurge, unclearNames, type VolumeEntry } from '../domain/volume-list.js';
import type { Context } from './context.js';
import { thisProcess } from './machine.js';
import type { Removal } from './stop.js';
import { volumes } from './volumes.js';

/** What is to be removed; nothing without being asked for. */
export interface PurgeVolumesOptions extends PurgeChoice {
  /** Only say what would be done. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Removes volumes of ours that outlive environments, on request only: what a container has is kept, and so is what others
 * have made.
 *
 * @throws VOLUMES_NOT_FOUND for a name that there is not
 */
export async function purgeVolumes(context: Context, options: PurgeVolumesOptions): Promise<Removal> {
  const signal = options.signal ?? new AbortController().signal;
  const entries = await volumes(context, { sizes: false, signal });
  const unknown = unclearNames(entries, options);
  if (unknown.length > 0) throw new EnvironmentError('VOLUMES_NOT_FOUND', { name: unknown.join(', ') });
  const steps = planPurge(entries, options, Date.now());
  const told = ({ entry, cause }: { entry: VolumeEntry; cause: string }) => {
    return { project: `${entry.kind} ${entry.name}`, cause };
  };
  const kept = steps.filter(({ action }) => action === 'keep').map(told);
  const remove = steps.filter(({ action }) => action === 'remove');
  if (options.dryRun) return { removed: remove.map(told), kept };
  const removed: Removal['removed'][number][] = [];
  for (const step of remove) {
    try {
      await removeEntry(context, step.entry, signal);
      removed.push(told(step));
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      kept.push(told({ ...step, cause: error.message }));
    }
  }
  return { removed, kept };
}

/** The row goes out of use before the first volume goes: an acquire that copies just now learns of it at its end. */
async function removeEntry(context: Context, entry: VolumeEntry, signal: AbortSignal): Promise<void> {
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  const rows = store.volumeSets
    .list()
    .filter((set) => set.volumes.some(({ volume }) => entry.volumes.includes(volume)));
  for (const row of rows) store.volumeSets.retire(row, thisProcess());
  for (const name of entry.volumes) await engine.removeVolume(name, signal);
  for (const row of rows) store.volumeSets.forget(row);
}
