import { EnvironmentError } from '../domain/errors.js';
import type { ComposeModel } from '../domain/model.js';
import { planWorker } from '../domain/resets/plan.js';
import { workerSlot } from '../domain/worker-slot.js';
import type { Context } from './context.js';
import { addressesOf } from './env.js';
import { type DataOptions, runCommand, withData } from './service-data.js';

/** Which worker’s database is wanted; that of the process which asks, by default. */
export interface WorkerDatabaseOptions extends DataOptions {
  /** Needed where several services have databases that can be copied. */
  readonly service?: string;
  /** Which worker; by default the one that the test runner says this process is. */
  readonly slot?: number;
}

/** A database that only one worker uses, on the server that all share. */
export interface WorkerDatabase {
  readonly service: string;
  readonly slot: number;
  /** Of the database: "app_w2". */
  readonly name: string;
  readonly url: string;
  /** The environment's variables with this database in DATABASE_URL, PGDATABASE, DM_<SERVICE>_URL and the like. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The database of one worker, made of the kept data when it is first asked for; asking again gives the same one as it
 * is. Any number of workers may ask at once.
 *
 * @throws ENVIRONMENT_CHANGED, RESET_UNSUPPORTED, RESET_FAILED, OPTION_INVALID, LEASE_NOT_FOUND, LEASE_AMBIGUOUS
 */
export function workerDatabase(context: Context, options: WorkerDatabaseOptions): Promise<WorkerDatabase> {
  return withData(context, options, async (work) => {
    const { model, record, engine, containers } = work;
    const slot = options.slot ?? workerSlot(context.config.env);
    const { service, command } = planWorker(model, options.service, slot);
    const addressed = withEnvironmentOf(model, service, command.address);
    const { services, env } = await addressesOf(addressed, record, engine.host, work.context.config.stateDir);
    const url = services[service]?.url;
    if (url === undefined) {
      const what = { service, what: 'database per worker', reason: 'it publishes no port for its clients' };
      throw new EnvironmentError('RESET_UNSUPPORTED', what);
    }
    // Published, and so known to run: see check.
    const container = containers.find((c) => c.service === service && c.status === 'running');
    await runCommand(work, { service, command }, container?.id ?? '', `making the database "${command.database}"`);
    return { service, slot, name: command.database, url, env };
  });
}

function withEnvironmentOf(model: ComposeModel, service: string, more: Readonly<Record<string, string>>): ComposeModel {
  const own = model.services[service];
  const changed = { ...own, environment: { ...own?.environment, ...more } };
  return { ...model, services: { ...model.services, [service]: changed } };
}
