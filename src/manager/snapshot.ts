import { planSnapshot } from '../domain/resets/plan.js';
import type { Context } from './context.js';
import type { ResetReport } from './reset.js';
import { type DataOptions, runTasks, withData } from './service-data.js';

/** Whose data is kept. */
export interface SnapshotOptions extends DataOptions {
  /** Only these services; by default every one of which a copy can be kept. */
  readonly services?: readonly string[];
}

/**
 * Keeps the data of an environment as it is now, for later resets to bring back: for after the migrations. Databases
 * of workers stay what they are until they are reset.
 *
 * @throws ENVIRONMENT_CHANGED, RESET_UNSUPPORTED, RESET_FAILED, OPTION_INVALID, LEASE_NOT_FOUND, LEASE_AMBIGUOUS
 */
export function snapshot(context: Context, options: SnapshotOptions): Promise<ResetReport> {
  return withData(context, options, async (work) => {
    const { tasks, without } = planSnapshot(work.model, options.services);
    return { record: work.record, services: await runTasks(work, tasks, 'the snapshot'), without };
  });
}
