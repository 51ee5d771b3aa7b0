import type { LeaseRecord } from '../domain/lease.js';
import { planReset } from '../domain/resets/plan.js';
import type { ResetOutcome } from '../domain/resets/strategy.js';
import type { Context } from './context.js';
import { type DataOptions, runTasks, withData } from './service-data.js';

/** Whose data goes back, and how. */
export interface ResetOptions extends DataOptions {
  /** Only these services; by default every one that has a reset. */
  readonly services?: readonly string[];
  /** Commands of your own, run in the service's container in place of ours: `{ api: ['sh', '-c', 'bin/reseed'] }`. */
  readonly commands?: Readonly<Record<string, readonly string[]>>;
  /** Only the databases of this worker, and nothing that others use as well. */
  readonly slot?: number;
}

/** What has become of the data of each service. */
export interface ResetReport {
  readonly record: LeaseRecord;
  /** What has become of the data: service → restored, emptied, commanded, or kept as what later resets bring back. */
  readonly services: Readonly<Record<string, ResetOutcome>>;
  /** Services that have no reset, and why. */
  readonly without: Readonly<Record<string, string>>;
}

/**
 * Brings the data of an environment back to what is kept, without a restart. What is kept is the data at the last
 * snapshot, else at the first reset or the first database of a worker.
 *
 * @throws ENVIRONMENT_CHANGED, RESET_UNSUPPORTED, RESET_FAILED, OPTION_INVALID, LEASE_NOT_FOUND, LEASE_AMBIGUOUS
 */
export function reset(context: Context, options: ResetOptions): Promise<ResetReport> {
  return withData(context, options, async (work) => {
    const { tasks, without } = planReset(work.model, options);
    return { record: work.record, services: await runTasks(work, tasks, 'the reset'), without };
  });
}
