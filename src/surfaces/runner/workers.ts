import { type AcquireOptions, EnvironmentError, type Manager, workerSlot } from '../../index.js';
import { infoOf, type OpenedRun, type RunInfo, variablesOf } from './run-info.js';
import { setVariables } from './variables.js';

/** Holds the environments of the workers, a JSON array in the order of their numbers. */
const VARIABLE = 'DM_WORKERS';

/**
 * One environment for each worker, all started at once. Workers learn of them by a variable, and {@link ownEnvironment}.
 *
 * @throws EnvironmentError; nothing is left behind then
 */
export async function openWorkers(
  manager: Manager,
  wanted: AcquireOptions,
  { workers, redirect }: { readonly workers: number; readonly redirect: boolean },
): Promise<OpenedRun> {
  if (!Number.isInteger(workers) || workers < 1) throw invalid('workers', `${workers} is no number of workers`);
  if (wanted.mode === 'shared') throw invalid('scope', '"worker" gives each its own environment; mode is "shared"');
  const started = await Promise.allSettled(Array.from({ length: workers }, () => manager.acquire(wanted)));
  const leases = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const end = async () => {
    const ended = await Promise.allSettled(leases.map((lease) => lease.release()));
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  };
  const failed = started.find((each) => each.status === 'rejected');
  if (failed) {
    await end();
    throw failed.reason;
  }
  const infos = leases.map((lease) => ({ ...infoOf(lease), env: variablesOf(lease, redirect) }));
  const restore = setVariables({ [VARIABLE]: JSON.stringify(infos) });
  return {
    info: { lease: null, project: null, services: {}, env: {}, skipped: null },
    async end() {
      restore();
      try {
        await end();
      } finally {
        await manager.close();
      }
    },
  };
}

/**
 * The environment of this worker; undefined where the run has none for each worker.
 *
 * @throws OPTION_INVALID when there are more workers than environments
 */
export function ownEnvironment(env: NodeJS.ProcessEnv): RunInfo | undefined {
  const text = env[VARIABLE];
  if (text === undefined) return undefined;
  const infos = JSON.parse(text) as readonly RunInfo[];
  const slot = workerSlot(env);
  const own = infos[slot - 1];
  if (own) return own;
  throw invalid('workers', `this is worker ${slot}, and there are ${infos.length} environments`);
}

function invalid(option: string, reason: string): EnvironmentError {
  return new EnvironmentError('OPTION_INVALID', { option, reason, command: 'run' });
}
