import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import { isLoopback, type RedirectEnvironment, redirectEnvironment } from '../redirect/port-map.js';
import type { AcquiredEnvironment, AcquiredService } from './handed-over.js';
import type { WhichEnvironment } from './leased.js';
import type { Manager } from './manager.js';
import type { ResetOptions, ResetReport } from './reset.js';
import type { SnapshotOptions } from './snapshot.js';
import type { WorkerDatabase } from './worker-database.js';

/** What a lease asks its manager for. */
interface LeaseMeans extends Pick<Manager, 'check' | 'reset' | 'snapshot' | 'workerDatabase'> {
  release(): Promise<void>;
}

/**
 * A ready environment and the right to it. Give it back with `release()`, or let `await using` do it:
 *
 * ```ts
 * await using lease = await manager.acquire({ files: ['compose.yml'] });
 * lease.services.postgres.ports['5432/tcp']; // 30000
 * ```
 */
export class Lease implements AsyncDisposable {
  readonly id: string;
  /** Compose project name; prefix of every container, network and volume of the environment. */
  readonly project: string;
  readonly services: Readonly<Record<string, AcquiredService>>;
  /** Variables for the test process: DM_<SERVICE>_HOST and so on, and the conventional ones of known images. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds per step, and `total`. */
  readonly timings: Readonly<Record<string, number>>;
  /** The row of the store at the time of the acquire. */
  readonly record: LeaseRecord;
  readonly #means: LeaseMeans;

  constructor(acquired: AcquiredEnvironment, means: LeaseMeans) {
    this.id = acquired.record.id;
    this.project = acquired.record.project;
    this.services = acquired.services;
    this.env = acquired.env;
    this.timings = acquired.timings;
    this.record = acquired.record;
    this.#means = means;
  }

  /**
   * Variables under which a Node child process, and every Node process below it, reaches the environment on the ports
   * that the compose file publishes: its sources may say `localhost:5432`. `env` is what the child would get otherwise.
   *
   * @throws REDIRECT_REMOTE where the ports are on another machine than this one
   */
  redirect(env: Readonly<Record<string, string | undefined>> = process.env): RedirectEnvironment {
    const remote = Object.values(this.services).find(({ host }) => !isLoopback(host));
    if (remote) throw new EnvironmentError('REDIRECT_REMOTE', { host: remote.host });
    const preload = fileURLToPath(new URL('../redirect/preload.cjs', import.meta.url));
    return redirectEnvironment(preload, this.record.bindings, env);
  }

  /**
   * Makes sure that the ports of the environment are still its own; see {@link Manager.check}.
   *
   * @throws ENVIRONMENT_CHANGED
   */
  async check(): Promise<void> {
    await this.#means.check({ name: this.id });
  }

  /** Brings the data back to what is kept; see {@link Manager.reset}. @throws RESET_FAILED, RESET_UNSUPPORTED */
  reset(options: Omit<ResetOptions, keyof WhichEnvironment> = {}): Promise<ResetReport> {
    return this.#means.reset({ ...options, name: this.id });
  }

  /** Keeps the data as it is now for later resets; see {@link Manager.snapshot}. @throws RESET_FAILED, RESET_UNSUPPORTED */
  snapshot(options: Omit<SnapshotOptions, keyof WhichEnvironment> = {}): Promise<ResetReport> {
    return this.#means.snapshot({ ...options, name: this.id });
  }

  /** The database of one worker; see {@link Manager.workerDatabase}. @throws RESET_FAILED, RESET_UNSUPPORTED */
  worker(slot?: number): Promise<WorkerDatabase> {
    return this.#means.workerDatabase({ name: this.id, ...(slot === undefined ? {} : { slot }) });
  }

  /**
   * Removes the environment; done when nothing of it is left. A second call does nothing.
   *
   * @throws RELEASE_INCOMPLETE naming what is left
   */
  release(): Promise<void> {
    return this.#means.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#means.release();
  }
}
