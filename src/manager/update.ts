import type { BuildPolicy, PullPolicy } from '../domain/build/policy.js';
import type { EditionChange } from '../domain/edition-change.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { Context } from './context.js';
import { changeTo } from './update/change.js';
import { type ChangeOptions, changing, unfit } from './update/changing.js';
import { nextEdition } from './update/next-edition.js';

/** Which environment is brought to what its files say now, and how. */
export interface UpdateOptions extends ChangeOptions {
  /**
   * Of a shared environment: a second one is made of the files as they are now, and takes the place of the old one when
   * it is ready. Who uses the old one keeps it until he leaves. False by default: what is different is replaced.
   */
  readonly swap?: boolean;
  /** As for the start, by default. */
  readonly build?: BuildPolicy;
  /** As for the start, by default; `always` looks for newer images of the same names. */
  readonly pull?: PullPolicy;
}

/** What an update has changed. */
export interface Updated extends EditionChange {
  readonly record: LeaseRecord;
  /** After a swap: the environment whose place was taken, and who still uses it. */
  readonly former?: { readonly project: string; readonly users: number };
}

/**
 * Brings a running shared environment, or one for dev or prod, to what the files say now: only what is different is made
 * anew, in the order of dependencies, with the addresses that it had.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, UPDATE_UNFIT, UPDATE_FAILED (what was there runs again), BUILD_FAILED …
 */
export async function update(context: Context, options: UpdateOptions): Promise<Updated> {
  return changing(context, options, async (task, present) => {
    const { edition, record } = await nextEdition({ ...task, ...options, signal: task.signal, present });
    const other = edition.sharedKey === null ? undefined : task.store.shared.find(edition.sharedKey);
    if (other && other.id !== record.id) throw unfit(record, `${other.project} is what the files say already`);
    const changed = await changeTo({ ...task, record }, 'updated', present, edition);
    return { record: changed.record, ...changed.change };
  });
}
