import { EnvironmentError } from '../../domain/errors.js';
import type { LeaseRecord } from '../../domain/lease.js';
import type { Context } from '../context.js';
import { DEFAULT_WAIT_TIMEOUT } from '../deadline.js';
import { alone } from '../ladder.js';
import { selectHere, selectLeases } from '../select.js';
import { type ChangeTask, undoInterrupted } from './change.js';
import { type Edition, readEdition } from './edition.js';

/** Which environment is changed. */
export interface ChangeOptions {
  /** Project or lease id, or the beginning of one; by default the one environment of this folder. */
  readonly name?: string;
  /** For each level of services, until they are ready. Milliseconds; 60 000 by default. */
  readonly waitTimeout?: number;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** Finds the environment and changes it while nobody else does; what somebody has left half done is undone first. */
export async function changing<T>(
  context: Context,
  options: ChangeOptions,
  work: (task: ChangeTask, present: Edition) => Promise<T>,
): Promise<T> {
  const { config } = context;
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  const signal = options.signal ?? new AbortController().signal;
  const found = chosen(store.list(), options);
  const waitTimeout = options.waitTimeout ?? DEFAULT_WAIT_TIMEOUT;
  return alone({ config, record: found, signal }, async () => {
    const record = store.find(found.id) ?? found;
    const task = { config, engine, store, record, waitTimeout, signal };
    const present = readEdition(task, 'present');
    if (!present) throw unfit(record, 'it was made for one use, and no more is known of it');
    if (record.state !== 'ready') throw unfit(record, `it is ${record.state}`);
    await undoInterrupted(task);
    return work(task, present);
  });
}

/** @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS */
export function chosen(leases: readonly LeaseRecord[], { name, cwd }: ChangeOptions): LeaseRecord {
  const [record] = name === undefined ? [selectHere(leases, cwd ?? process.cwd())] : selectLeases(leases, [name]);
  return record as LeaseRecord;
}

export function unfit({ project }: Pick<LeaseRecord, 'project'>, reason: string): EnvironmentError {
  return new EnvironmentError('UPDATE_UNFIT', { project, reason });
}
