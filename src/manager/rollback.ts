import type { EditionChange } from '../domain/edition-change.js';
import { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { Context } from './context.js';
import { changeTo, withFormerImages } from './update/change.js';
import { type ChangeOptions, changing } from './update/changing.js';
import { readEdition } from './update/edition.js';

/** Which environment is brought back to what it was. */
export type RollbackOptions = ChangeOptions;

/** What a rollback has changed. */
export interface RolledBack extends EditionChange {
  readonly record: LeaseRecord;
}

/**
 * Brings an environment back to what it was before the last update or rebuild: the model that it had and the very images,
 * whatever files and tags say by now. Volumes keep their data. A second rollback undoes the first.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, NOTHING_TO_ROLL_BACK, IMAGE_GONE, UPDATE_FAILED (what was there runs again)
 */
export async function rollback(context: Context, options: RollbackOptions): Promise<RolledBack> {
  return changing(context, options, async (task, present) => {
    const former = readEdition(task, 'former');
    if (!former) {
      const reason = 'it was not changed since it was started';
      throw new EnvironmentError('NOTHING_TO_ROLL_BACK', { project: task.record.project, reason });
    }
    const { record, change } = await changeTo(task, 'rolled back', present, await withFormerImages(task, former));
    return { record, ...change };
  });
}
