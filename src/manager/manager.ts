import type { AcquiredEnvironment, AcquireOptions } from './acquire.js';
import type { CleanOptions } from './clean.js';
import { type ManagerOptions, readConfig } from './config.js';
import { type Context, createContext } from './context.js';
import type { EnvironmentAddresses, EnvOptions } from './env.js';
import type { GraphOptions } from './graph.js';
import { Lease } from './lease.js';
import { checkKeys } from './options.js';
import type { PlanOptions, PlanReport } from './plan.js';
import type { Recovered, RecoverOptions } from './recover.js';
import type { Recovery } from './recovery.js';
import type { Restarted, RestartOptions } from './restart.js';
import type { EnvironmentStatus } from './status.js';
import type { Removal, StopOptions } from './stop.js';

/**
 * The one way to environments; every door (API, command, test runner, Action) goes through it. Each method is a use
 * case in the file of its name, loaded when it is first called.
 */
export class Manager {
  readonly #context: Context;
  /** Lease id → its watch. */
  readonly #recoveries = new Map<string, Recovery>();

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Makes one more environment from the user's compose files and returns when every service is ready.
   *
   * @throws EnvironmentError; nothing is left behind then.
   */
  async acquire(options: AcquireOptions = {}): Promise<Lease> {
    checkKeys('acquire', options, ACQUIRE_KEYS);
    const { acquire } = await import('./acquire.js');
    const acquired = await acquire(this.#context, options);
    if (options.onUnhealthy) {
      const { beginRecovery } = await import('./recovery.js');
      const recovery = await beginRecovery(this.#context, acquired, options);
      if (recovery) this.#recoveries.set(acquired.record.id, recovery);
    }
    return new Lease(acquired, () => this.#giveBack(acquired));
  }

  /** What an acquire of the same files would change, and why; nothing is made. @throws COMPOSE_FILE_INVALID */
  async plan(options: PlanOptions = {}): Promise<PlanReport> {
    checkKeys('plan', options, ['files', 'profiles', 'envFiles', 'cwd', 'name', 'decisions', 'twice', 'signal']);
    const { plan } = await import('./plan.js');
    return plan(this.#context, options);
  }

  /** Which service waits for which, as Mermaid or DOT text. @throws COMPOSE_FILE_INVALID */
  async graph(options: GraphOptions = {}): Promise<string> {
    checkKeys('graph', options, ['files', 'profiles', 'envFiles', 'cwd', 'format', 'signal']);
    const { graph } = await import('./graph.js');
    return graph(this.#context, options);
  }

  /** Ends an environment by lease id, from any process. What is released already stays so. @throws RELEASE_INCOMPLETE */
  async release(leaseId: string): Promise<void> {
    const { release } = await import('./release.js');
    await release(this.#context, leaseId, 'released', await this.#endRecovery(leaseId));
  }

  async #giveBack({ record, use }: AcquiredEnvironment): Promise<void> {
    if (!use) return this.release(record.id);
    await this.#endRecovery(record.id);
    const { leaveShared } = await import('./shared.js');
    await leaveShared(this.#context, record, use);
  }

  /** @returns true when that cut a recovery short, of which the engine may still be making something */
  async #endRecovery(leaseId: string): Promise<boolean> {
    const cutShort = await this.#recoveries.get(leaseId)?.end();
    this.#recoveries.delete(leaseId);
    return cutShort === true;
  }

  /** The addresses of an environment that another process has acquired. @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS */
  async env(options: EnvOptions = {}): Promise<EnvironmentAddresses> {
    checkKeys('env', options, ['name', 'cwd', 'signal']);
    const { env } = await import('./env.js');
    return env(this.#context, options);
  }

  /** Every environment of this state folder with its owner, ports and the state of its services. */
  async status(options: { readonly signal?: AbortSignal } = {}): Promise<EnvironmentStatus[]> {
    checkKeys('status', options, ['signal']);
    const { status } = await import('./status.js');
    return status(this.#context, options.signal ?? new AbortController().signal);
  }

  /** Brings services of a running environment back. @throws SERVICE_FAILED, READY_TIMEOUT when nothing helped */
  async restart(options: RestartOptions = {}): Promise<Restarted> {
    checkKeys('restart', options, ['name', 'services', 'waitTimeout', 'cwd', 'signal']);
    const { restart } = await import('./restart.js');
    return restart(this.#context, options);
  }

  /** Ends environments by name. @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, RELEASE_INCOMPLETE */
  async stop(options: StopOptions = {}): Promise<Removal> {
    checkKeys('stop', options, ['names', 'all', 'cwd']);
    const { stop } = await import('./stop.js');
    return stop(this.#context, options);
  }

  /** Removes what nobody holds any more. */
  async clean(options: CleanOptions = {}): Promise<Removal> {
    checkKeys('clean', options, ['all', 'dryRun', 'signal']);
    const { clean } = await import('./clean.js');
    return clean(this.#context, options);
  }

  /** Finds the environments again that a lost or damaged store does not know. */
  async recover(options: RecoverOptions = {}): Promise<Recovered> {
    checkKeys('recover', options, ['signal']);
    const { recover } = await import('./recover.js');
    return recover(this.#context, options);
  }

  /** Closes the store, and ends the watches of `onUnhealthy`. Environments stay as they are. */
  async close(): Promise<void> {
    await Promise.all([...this.#recoveries.values()].map((recovery) => recovery.end()));
    this.#recoveries.clear();
    await this.#context.close();
  }
}

const MANAGER_KEYS: readonly (keyof ManagerOptions)[] = [
  'stateDir',
  'ports',
  'excludePorts',
  'networkPool',
  'watchdog',
  'reconcile',
  'env',
  'onProgress',
];

const ACQUIRE_KEYS: readonly (keyof AcquireOptions)[] = [
  'files',
  'profiles',
  'envFiles',
  'cwd',
  'name',
  'mode',
  'keepWarm',
  'waitTimeout',
  'ttl',
  'accelerate',
  'keepOnFailure',
  'onUnhealthy',
  'owner',
  'waits',
  'portMode',
  'decisions',
  'signal',
];

/** A manager with its own settings. @throws OPTION_INVALID */
export function createManager(options: ManagerOptions = {}): Manager {
  checkKeys('createManager', options, MANAGER_KEYS);
  return new Manager(createContext(readConfig(options)));
}

let defaultManager: Manager | undefined;

/** The manager of this process, with settings from the environment. */
export function getDefaultManager(): Manager {
  defaultManager ??= createManager();
  return defaultManager;
}
