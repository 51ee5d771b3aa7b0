import { environmentVariables, type ServiceAddress, serviceAddresses } from '../domain/addresses.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { Context } from './context.js';
import { portVariables } from './port-variables.js';
import { selectHere, selectLeases } from './select.js';
import { runningModel } from './update/running.js';

/** The addresses of an environment, for a process that did not acquire it. */
export interface EnvironmentAddresses {
  readonly record: LeaseRecord;
  readonly services: Readonly<Record<string, ServiceAddress>>;
  /** Variables for a test process; they hold the passwords that the compose file gives. */
  readonly env: Readonly<Record<string, string>>;
}

/** Whose addresses are wanted; those of this folder’s environment by default. */
export interface EnvOptions {
  /** Project or lease id, or the beginning of one; by default the one environment of this folder. */
  readonly name?: string;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/**
 * Made from what it was made of, and never kept as such: passwords stand in the user's files only, or encrypted.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, COMPOSE_FILE_INVALID
 */
export async function env(context: Context, options: EnvOptions): Promise<EnvironmentAddresses> {
  const store = await context.store();
  const leases = store.list();
  const cwd = options.cwd ?? process.cwd();
  const [record] = options.name === undefined ? [selectHere(leases, cwd)] : selectLeases(leases, [options.name]);
  const lease = record as LeaseRecord;
  const engine = await context.engine();
  const signal = options.signal ?? new AbortController().signal;
  const model = await runningModel({ config: context.config, engine, store }, lease, signal);
  return { record: lease, ...(await addressesOf(model, lease, engine.host, context.config.stateDir)) };
}

/**
 * Where the services of a lease are reached, and the variables that say so. DM_LEASE and DM_STATE_DIR among them let a
 * process that was given them ask the manager about the environment.
 */
export async function addressesOf(
  model: ComposeModel,
  lease: LeaseRecord,
  host: string,
  stateDir: string,
): Promise<Pick<EnvironmentAddresses, 'services' | 'env'>> {
  const services = serviceAddresses(model, lease.bindings, host);
  const named = environmentVariables(model, services, lease.project);
  const identity = { DM_LEASE: lease.id, DM_STATE_DIR: stateDir };
  return { services, env: { ...(await portVariables(lease.spec, lease.bindings)), ...named, ...identity } };
}
