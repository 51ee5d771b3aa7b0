import type { LeaseRecord } from '../domain/lease.js';
import { describeOwner } from '../domain/owner.js';
import type { VolumeEntry } from '../domain/volume-list.js';
import type { QueueEntry } from '../store/admission-queue.js';
import type { HistoryEvent } from '../store/history.js';
import type { AcquireOptions } from './acquire-options.js';
import type { Availability, AvailableOptions } from './available.js';
import type { CheckOptions } from './check.js';
import type { CleanOptions } from './clean.js';
import { type ManagerOptions, readConfig } from './config.js';
import { type Context, createContext } from './context.js';
import type { DescribeOptions, Description } from './describe.js';
import type { Checkup, DoctorOptions } from './doctor.js';
import type { EnvironmentAddresses, EnvOptions } from './env.js';
import type { EnvironmentEvent, EventsOptions } from './events.js';
import type { ExecOptions } from './exec.js';
import type { ExplainOptions, Explanation } from './explain.js';
import type { FindOptions, Found } from './find.js';
import type { GraphOptions } from './graph.js';
import type { AcquiredEnvironment } from './handed-over.js';
import type { HealthWatch } from './health-watch.js';
import type { HiddenValuesOptions } from './hidden-values.js';
import type { HistoryOptions } from './history.js';
import type { Initialised, InitOptions } from './init.js';
import { Lease } from './lease.js';
import type { Logs, LogsOptions } from './log-request.js';
import type { NamedSnapshot, NamedSnapshotOptions } from './named-snapshots.js';
import {
  ACQUIRE_KEYS,
  CHANGE_KEYS,
  FILE_KEYS,
  GRAPH_KEYS,
  MANAGER_KEYS,
  PLAN_KEYS,
  REBUILD_KEYS,
} from './option-keys.js';
import { checkKeys } from './options.js';
import type { Place, PlaceOptions } from './place.js';
import type { PlanOptions, PlanReport } from './plan.js';
import type { PoolDrainOptions } from './pool/drain.js';
import type { PoolFillOptions } from './pool/fill.js';
import type { PoolStatus } from './pool/status.js';
import type { PortHolderOptions, PortsOptions, PortsReport } from './published.js';
import type { PurgeVolumesOptions } from './purge-volumes.js';
import type { RebuildOptions, Rebuilt } from './rebuild.js';
import type { Recovered, RecoverOptions } from './recover.js';
import type { ResetOptions, ResetReport } from './reset.js';
import type { Restarted, RestartOptions } from './restart.js';
import type { RollbackOptions, RolledBack } from './rollback.js';
import type { SavedLog, SaveLogsOptions } from './save-logs.js';
import { fromFile, type Settled, settleHere, withSettings } from './settings.js';
import type { SnapshotOptions } from './snapshot.js';
import type { Stats, StatsOptions } from './stats.js';
import type { EnvironmentStatus } from './status.js';
import type { Removal, StopOptions } from './stop.js';
import type { Updated, UpdateOptions } from './update.js';
import type { VolumesOptions } from './volumes.js';
import type { Waited, WaitOptions } from './wait.js';
import type { WorkerDatabase, WorkerDatabaseOptions } from './worker-database.js';

/**
 * The one way to environments; every door (API, command, test runner, Action) goes through it. Each method is a use
 * case in the file of its name, loaded when it is first called.
 */
export class Manager {
  readonly #open: () => Promise<Context>;
  #context: Promise<Context> | undefined;
  readonly #watches = new Set<HealthWatch>();

  /** `context`: what the use cases work with, or what makes it when the first of them is called. */
  constructor(context: Context | (() => Promise<Context>)) {
    this.#open = typeof context === 'function' ? context : () => Promise.resolve(context);
  }

  /**
   * Makes one more environment from the user's compose files and returns when every service is ready.
   *
   * @throws EnvironmentError; nothing is left behind then.
   */
  async acquire(options: AcquireOptions = {}): Promise<Lease> {
    checkKeys('acquire', options, ACQUIRE_KEYS);
    const [context, settled] = await this.#settled(options);
    // A program's environment ends with it unless the program itself says otherwise.
    const asked = withSettings(options, settled, without(ACQUIRE_KEYS, 'ttl'));
    const acquired = await this.#as('acquire', () => acquireFrom(context, asked), options.owner);
    const watch = asked.onUnhealthy && (await this.#as('health watch', () => this.#watch(acquired, asked)));
    return new Lease(acquired, {
      check: (which) => this.check(which),
      reset: (what) => this.reset(what),
      snapshot: (what) => this.snapshot(what),
      workerDatabase: (what) => this.workerDatabase(what),
      release: async () => {
        const { record, use } = acquired;
        if (!use) return this.release(record.id);
        if (watch) await this.#endWatches([watch]);
        const { leaveShared } = await import('./shared.js');
        await this.#as('release', () => leaveShared(context, record, use));
      },
    });
  }

  /** What an acquire of the same files would change, and why; nothing is made. @throws COMPOSE_FILE_INVALID */
  async plan(options: PlanOptions = {}): Promise<PlanReport> {
    checkKeys('plan', options, PLAN_KEYS);
    const [context, settled] = await this.#settled(options);
    const { plan } = await import('./plan.js');
    return plan(context, withSettings(options, settled, PLAN_KEYS));
  }

  /** Which service waits for which, as Mermaid or DOT text. @throws COMPOSE_FILE_INVALID */
  async graph(options: GraphOptions = {}): Promise<string> {
    checkKeys('graph', options, GRAPH_KEYS);
    const [context, settled] = await this.#settled(options);
    const { graph } = await import('./graph.js');
    return graph(context, withSettings(options, settled, GRAPH_KEYS));
  }

  /** What counts here for an environment, and where each value comes from. @throws CONFIG_FILE_INVALID */
  async explain(options: ExplainOptions = {}): Promise<Explanation> {
    checkKeys('explain', options, [...MANAGER_KEYS, ...ACQUIRE_KEYS]);
    const [context, settled] = await this.#settled(options);
    const { explain } = await import('./explain.js');
    return explain(options, settled, context.config.env);
  }

  /** Ends an environment by lease id, from any process. What is released already stays so. @throws RELEASE_INCOMPLETE */
  async release(leaseId: string): Promise<void> {
    const { release } = await import('./release.js');
    const cutShort = await this.#endWatches([...this.#watches].filter((watch) => watch.leaseId === leaseId));
    await this.#as('release', async () => release(await this.#opened(), leaseId, 'released', cutShort));
  }

  /** The addresses of an environment that another process has acquired. @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS */
  async env(options: EnvOptions = {}): Promise<EnvironmentAddresses> {
    checkKeys('env', options, ['name', 'cwd', 'signal']);
    const { env } = await import('./env.js');
    return env(await this.#opened(), options);
  }

  /** Every environment of this state folder with its owner, ports and the state of its services. */
  async status(options: { readonly signal?: AbortSignal } = {}): Promise<EnvironmentStatus[]> {
    checkKeys('status', options, ['signal']);
    const { status } = await import('./status.js');
    return status(await this.#opened(), options.signal ?? new AbortController().signal);
  }

  /** Who waits for room for an environment, in their order. */
  async queue(): Promise<QueueEntry[]> {
    const { queue } = await import('./queue.js');
    return queue(await this.#opened());
  }

  /** Brings services of a running environment back. @throws SERVICE_FAILED, READY_TIMEOUT when nothing helped */
  async restart(options: RestartOptions = {}): Promise<Restarted> {
    checkKeys('restart', options, ['name', 'services', 'rolling', 'waitTimeout', 'cwd', 'signal']);
    const { restart } = await import('./restart.js');
    return this.#as('restart', async () => restart(await this.#opened(), options));
  }

  /**
   * Builds what the files build and has changed, and replaces it in the environment of this folder: new containers of the
   * same addresses, waited for until they are ready. When they do not become so, the former ones come back.
   *
   * @throws BUILD_FAILED, SERVICE_FAILED, READY_TIMEOUT
   */
  async rebuild(options: RebuildOptions = {}): Promise<Rebuilt> {
    checkKeys('rebuild', options, REBUILD_KEYS);
    const [context, settled] = await this.#settled(options);
    const { rebuild } = await import('./rebuild.js');
    return this.#as('rebuild', () => rebuild(context, withSettings(options, settled, REBUILD_KEYS)));
  }

  /**
   * Brings a running shared environment, or one for dev or prod, to what the files say now; with `swap`, by a second one
   * that takes its place.
   *
   * @throws UPDATE_UNFIT, UPDATE_FAILED (what was there runs again), BUILD_FAILED
   */
  async update(options: UpdateOptions = {}): Promise<Updated> {
    checkKeys('update', options, [...CHANGE_KEYS, 'swap', 'build', 'pull']);
    const context = await this.#opened();
    if (options.swap) {
      const [{ swap }, { acquire }] = await Promise.all([import('./swap.js'), import('./acquire.js')]);
      return this.#as('update', () => swap(context, options, acquire));
    }
    const { update } = await import('./update.js');
    return this.#as('update', () => update(context, options));
  }

  /**
   * Brings an environment back to what it was before its last update or rebuild.
   *
   * @throws NOTHING_TO_ROLL_BACK, IMAGE_GONE, UPDATE_FAILED (what was there runs again)
   */
  async rollback(options: RollbackOptions = {}): Promise<RolledBack> {
    checkKeys('rollback', options, CHANGE_KEYS);
    const { rollback } = await import('./rollback.js');
    return this.#as('rollback', async () => rollback(await this.#opened(), options));
  }

  /**
   * Makes sure that the ports of an environment are still published by running containers of its own: before the first
   * test, or after a pause. One engine call.
   *
   * @throws ENVIRONMENT_CHANGED saying what is different
   */
  async check(options: CheckOptions = {}): Promise<LeaseRecord> {
    checkKeys('check', options, ['name', 'cwd', 'signal']);
    const { check } = await import('./check.js');
    return check(await this.#opened(), options);
  }

  /**
   * Brings the data of an environment back to what is kept, without a restart: to the last snapshot, else to what it was
   * at the first reset or the first database of a worker.
   *
   * @throws ENVIRONMENT_CHANGED, RESET_UNSUPPORTED, RESET_FAILED
   */
  async reset(options: ResetOptions = {}): Promise<ResetReport> {
    checkKeys('reset', options, ['name', 'services', 'commands', 'slot', 'timeout', 'cwd', 'signal']);
    const { reset } = await import('./reset.js');
    return reset(await this.#opened(), options);
  }

  /** Keeps the data as it is now, for later resets. @throws ENVIRONMENT_CHANGED, RESET_UNSUPPORTED, RESET_FAILED */
  async snapshot(options: SnapshotOptions = {}): Promise<ResetReport> {
    checkKeys('snapshot', options, ['name', 'services', 'timeout', 'cwd', 'signal']);
    const { snapshot } = await import('./snapshot.js');
    return snapshot(await this.#opened(), options);
  }

  /**
   * Keeps a copy of the volumes of an environment under a name. Unlike what {@link snapshot} keeps for resets, it outlives
   * the environment, and its services are stopped while it is made.
   *
   * @throws OPTION_INVALID, RESET_UNSUPPORTED, ENVIRONMENT_CHANGED, READY_TIMEOUT
   */
  async saveSnapshot(options: NamedSnapshotOptions): Promise<NamedSnapshot> {
    checkKeys('saveSnapshot', options, ['snapshot', 'name', 'cwd', 'waitTimeout', 'signal']);
    const { saveSnapshot } = await import('./named-snapshots.js');
    return this.#as('snapshot', async () => saveSnapshot(await this.#opened(), options));
  }

  /** Brings the data of such a copy into an environment. @throws SNAPSHOT_MISFIT, VOLUMES_NOT_FOUND, ENVIRONMENT_CHANGED */
  async restoreSnapshot(options: NamedSnapshotOptions): Promise<NamedSnapshot> {
    checkKeys('restoreSnapshot', options, ['snapshot', 'name', 'cwd', 'waitTimeout', 'signal']);
    const { restoreSnapshot } = await import('./named-snapshots.js');
    return this.#as('snapshot', async () => restoreSnapshot(await this.#opened(), options));
  }

  /** Every volume that outlives environments: prepared data, snapshots, and what environments for development keep. */
  async volumes(options: VolumesOptions = {}): Promise<VolumeEntry[]> {
    checkKeys('volumes', options, ['sizes', 'signal']);
    const { volumes } = await import('./volumes.js');
    return volumes(await this.#opened(), options);
  }

  /** Removes such volumes, on request only, and never what a container has. @throws VOLUMES_NOT_FOUND */
  async purgeVolumes(options: PurgeVolumesOptions = {}): Promise<Removal> {
    checkKeys('purgeVolumes', options, ['names', 'kinds', 'idle', 'dryRun', 'signal']);
    const { purgeVolumes } = await import('./purge-volumes.js');
    return this.#as('purge', async () => purgeVolumes(await this.#opened(), options));
  }

  /**
   * A database that only one worker of a test run uses, made when it is first asked for. In a worker process that was
   * given an environment's variables, no option is needed.
   *
   * @throws ENVIRONMENT_CHANGED, RESET_UNSUPPORTED, RESET_FAILED
   */
  async workerDatabase(options: WorkerDatabaseOptions = {}): Promise<WorkerDatabase> {
    checkKeys('workerDatabase', options, ['name', 'service', 'slot', 'timeout', 'cwd', 'signal']);
    const { workerDatabase } = await import('./worker-database.js');
    return workerDatabase(await this.#opened(), options);
  }

  /**
   * Makes environments ahead of time, for an `acquire` with the same options; returns when as many are ready as the pool
   * is to hold. It is kept filled from then on; see docs/pool.md.
   *
   * @throws OPTION_INVALID, and what an acquire throws
   */
  async poolFill(options: PoolFillOptions = {}): Promise<PoolStatus[]> {
    checkKeys('poolFill', options, [...ACQUIRE_KEYS, 'key']);
    const [context, settled] = await this.#settled(options);
    const [{ poolFill }, { acquireAhead }] = await Promise.all([import('./pool/fill.js'), import('./acquire.js')]);
    const asked = withSettings(options, settled, without(ACQUIRE_KEYS, 'ttl'));
    return this.#as('pool', () => poolFill(context, asked, acquireAhead), options.owner);
  }

  /** Every pool: what is ready, what is being made, and why the last one was not. */
  async poolStatus(): Promise<PoolStatus[]> {
    const { poolStatus } = await import('./pool/status.js');
    return poolStatus(await this.#opened());
  }

  /** Ends pools and releases what stands ready in them; what was handed over stays. @throws LEASE_NOT_FOUND */
  async poolDrain(options: PoolDrainOptions = {}): Promise<Removal> {
    checkKeys('poolDrain', options, ['files', 'key', 'cwd']);
    const { poolDrain } = await import('./pool/drain.js');
    return this.#as('pool', async () => poolDrain(await this.#opened(), options));
  }

  /** Ends environments by name. @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, RELEASE_INCOMPLETE */
  async stop(options: StopOptions = {}): Promise<Removal> {
    checkKeys('stop', options, ['names', 'all', 'volumes', 'cwd']);
    const { stop } = await import('./stop.js');
    return this.#as('stop', async () => stop(await this.#opened(), options));
  }

  /** Removes what nobody holds any more. */
  async clean(options: CleanOptions = {}): Promise<Removal> {
    checkKeys('clean', options, ['all', 'dryRun', 'signal']);
    const { clean } = await import('./clean.js');
    return this.#as('clean', async () => clean(await this.#opened(), options));
  }

  /**
   * Hands what this process holds to the watchdog, which removes it when this process has ended. Where there is none to
   * be had, the next command does it.
   */
  async handOver(): Promise<void> {
    const context = await this.#opened();
    if (!context.config.watchdog) return;
    const { ensureWatchdog } = await import('./watchdog.js');
    ensureWatchdog(context.config, await context.store());
  }

  /** Finds the environments again that a lost or damaged store does not know. */
  async recover(options: RecoverOptions = {}): Promise<Recovered> {
    checkKeys('recover', options, ['signal']);
    const { recover } = await import('./recover.js');
    return this.#as('recover', async () => recover(await this.#opened(), options));
  }

  /**
   * Whether environments can be had here, for test runs that are to be skipped otherwise. An engine that does not answer
   * is an answer; a wrong setting is an error.
   *
   * @throws CONTEXT_UNKNOWN
   */
  async available(options: AvailableOptions = {}): Promise<Availability> {
    checkKeys('available', options, ['startEngine', 'signal']);
    const { available } = await import('./available.js');
    return available(await this.#opened(), options);
  }

  /**
   * Where the services of an environment are reached, and who holds a port that should be theirs.
   *
   * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, OPTION_INVALID for a service or port that it does not publish
   */
  async ports(options: PortsOptions = {}): Promise<PortsReport> {
    checkKeys('ports', options, ['name', 'service', 'port', 'cwd', 'signal']);
    const { ports } = await import('./published.js');
    return ports(await this.#opened(), options);
  }

  /** Who holds a port of the engine's machine, in words. @throws OPTION_INVALID */
  async portHolder(options: PortHolderOptions): Promise<string> {
    checkKeys('portHolder', options, ['port', 'signal']);
    const { holderOfPort } = await import('./published.js');
    return holderOfPort(await this.#opened(), options);
  }

  /**
   * Returns when services of an environment are as asked for: all ready, where nothing is said.
   *
   * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, OPTION_INVALID, SERVICE_FAILED, READY_TIMEOUT
   */
  async wait(options: WaitOptions = {}): Promise<Waited> {
    checkKeys('wait', options, ['name', 'for', 'waitTimeout', 'cwd', 'signal']);
    const { wait } = await import('./wait.js');
    return wait(await this.#opened(), options);
  }

  /** Everything of one environment, with its health at three levels. @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS */
  async describe(options: DescribeOptions = {}): Promise<Description> {
    checkKeys('describe', options, ['name', 'cwd', 'signal']);
    const { describe } = await import('./describe.js');
    return describe(await this.#opened(), options);
  }

  /** Looks at everything that environments need, and says how to mend what is wrong. An engine that is down is a finding. */
  async doctor(options: DoctorOptions = {}): Promise<Checkup> {
    checkKeys('doctor', options, ['files', 'profiles', 'envFiles', 'cwd', 'signal']);
    const { doctor } = await import('./doctor.js');
    return doctor(await this.#opened(), options);
  }

  /** What happened, and with `follow` what happens, to every environment of this state folder. */
  async *events(options: EventsOptions = {}): AsyncIterable<EnvironmentEvent> {
    checkKeys('events', options, ['follow', 'limit', 'signal']);
    const { events } = await import('./events.js');
    yield* events(await this.#opened(), options);
  }

  /** What the containers of an environment use now. @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, OPTION_INVALID */
  async stats(options: StatsOptions = {}): Promise<Stats> {
    checkKeys('stats', options, ['name', 'services', 'cwd', 'signal']);
    const { stats } = await import('./stats.js');
    return stats(await this.#opened(), options);
  }

  /** Writes a config file and an example test into a project; nothing that is there is changed. @throws COMPOSE_FILE_MISSING */
  async init(options: InitOptions = {}): Promise<Initialised> {
    checkKeys('init', options, ['files', 'profiles', 'envFiles', 'cwd', 'name', 'dryRun']);
    const { init } = await import('./init.js');
    return init(await this.#opened(), options);
  }

  /** What a person's words mean: an environment, services of it, or both. @throws LEASE_AMBIGUOUS */
  async find(options: FindOptions): Promise<Found> {
    checkKeys('find', options, ['words', 'cwd', 'signal']);
    const { find } = await import('./find.js');
    return find(await this.#opened(), options);
  }

  /**
   * What the services have written, merged; of an environment that is gone, what its failed start has left.
   *
   * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, OPTION_INVALID for an unknown service
   */
  async logs(options: LogsOptions = {}): Promise<Logs> {
    checkKeys('logs', options, ['name', 'services', 'follow', 'tail', 'since', 'cwd', 'signal']);
    const { logs } = await import('./logs.js');
    return logs(await this.#opened(), options);
  }

  /**
   * Runs a command in a service's container with this process's own stdin, stdout and stderr, and returns its exit code.
   *
   * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, OPTION_INVALID, ENVIRONMENT_CHANGED when the service does not run
   */
  async exec(options: ExecOptions): Promise<number> {
    checkKeys('exec', options, ['name', 'service', 'command', 'tty', 'user', 'workdir', 'cwd', 'signal']);
    const { exec } = await import('./exec.js');
    return exec(await this.#opened(), options);
  }

  /** Who did what to which environment, oldest first. @throws LEASE_NOT_FOUND */
  async history(options: HistoryOptions = {}): Promise<readonly HistoryEvent[]> {
    checkKeys('history', options, ['name', 'limit']);
    const { history } = await import('./history.js');
    return history(await this.#opened(), options);
  }

  /**
   * Passwords and keys of the user's files, for those who hide them in logs that are not ours.
   *
   * @throws COMPOSE_FILE_MISSING, COMPOSE_FILE_INVALID
   */
  async hiddenValues(options: HiddenValuesOptions = {}): Promise<readonly string[]> {
    checkKeys('hiddenValues', options, FILE_KEYS);
    const [context, settled] = await this.#settled(options);
    const { hiddenValues } = await import('./hidden-values.js');
    return hiddenValues(context, withSettings(options, settled, FILE_KEYS));
  }

  /** Where a service stands in the user's files; undefined where it comes from an `include`. @throws COMPOSE_FILE_MISSING */
  async place(options: PlaceOptions): Promise<Place | undefined> {
    checkKeys('place', options, [...FILE_KEYS, 'service', 'key']);
    const [context, settled] = await this.#settled(options);
    const { place } = await import('./place.js');
    return place(context, withSettings(options, settled, FILE_KEYS));
  }

  /** Writes the log of each container of an environment into a folder, passwords hidden. @throws LEASE_NOT_FOUND */
  async saveLogs(options: SaveLogsOptions): Promise<readonly SavedLog[]> {
    checkKeys('saveLogs', options, ['name', 'folder', 'signal']);
    const { saveLogs } = await import('./save-logs.js');
    return saveLogs(await this.#opened(), options);
  }

  /** Closes the store, and ends the watches of `onUnhealthy`. Environments stay as they are. */
  async close(): Promise<void> {
    await this.#endWatches([...this.#watches]);
    const context = await this.#context?.catch(() => undefined);
    await context?.close();
  }

  /** Tried anew after a failure: what was wrong with the config file may be mended by then. */
  #opened(): Promise<Context> {
    this.#context ??= this.#open().catch((error) => {
      this.#context = undefined;
      throw error;
    });
    return this.#context;
  }

  async #settled(options: object & { readonly cwd?: string }): Promise<[Context, Settled]> {
    const context = await this.#opened();
    return [context, await settleHere(options, context.config.env)];
  }

  async #watch(acquired: AcquiredEnvironment, options: AcquireOptions): Promise<HealthWatch | undefined> {
    const { watchHealth } = await import('./health-watch.js');
    const watch = await watchHealth(await this.#opened(), acquired, options);
    if (watch) this.#watches.add(watch);
    return watch;
  }

  /** @returns true when that cut a recovery short */
  async #endWatches(watches: readonly HealthWatch[]): Promise<boolean> {
    for (const watch of watches) this.#watches.delete(watch);
    return (await Promise.all(watches.map((watch) => watch.end()))).includes(true);
  }

  /** What a use case records belongs together, and says who ran it. */
  async #as<T>(name: string, run: () => Promise<T>, command?: string): Promise<T> {
    const [{ asOperation }, { thisProcess }] = await Promise.all([
      import('../store/operation.js'),
      import('./machine.js'),
    ]);
    return asOperation(name, describeOwner(thisProcess(command)), run);
  }
}

/** From a pool where one is asked for and ready, without what only a cold start needs: that is 100 ms of loading. */
async function acquireFrom(context: Context, options: AcquireOptions): Promise<AcquiredEnvironment> {
  const pool = options.pool === undefined ? {} : await (await import('./pool/hand-out.js')).fromPool(context, options);
  if (pool.environment) return pool.environment;
  const { acquire } = await import('./acquire.js');
  return acquire(context, options, pool);
}

function without(keys: readonly string[], left: string): string[] {
  return keys.filter((key) => key !== left);
}

/** A manager with its own settings; those that it is not given, it takes from the config file. @throws OPTION_INVALID */
export function createManager(options: ManagerOptions = {}): Manager {
  checkKeys('createManager', options, MANAGER_KEYS);
  readConfig(options); // what is wrong with them is told here, and not by the first call
  return new Manager(async () => {
    const { env: variables, ...given } = options;
    const settled = await settleHere(given, variables ?? process.env);
    return createContext(readConfig({ ...fromFile(settled, MANAGER_KEYS), ...options }));
  });
}

let defaultManager: Manager | undefined;

/** The manager of this process, with settings from the environment. */
export function getDefaultManager(): Manager {
  defaultManager ??= createManager();
  return defaultManager;
}
