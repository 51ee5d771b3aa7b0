import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import { isLoopback, type RedirectEnvironment, redirectEnvironment } from '../redirect/port-map.js';
import type { AcquiredEnvironment, AcquiredService } from './acquire.js';

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
  readonly #release: () => Promise<void>;

  constructor(acquired: AcquiredEnvironment, release: () => Promise<void>) {
    this.id = acquired.record.id;
    this.project = acquired.record.project;
    this.services = acquired.services;
    this.env = acquired.env;
    this.timings = acquired.timings;
    this.record = acquired.record;
    this.#release = release;
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
   * Removes the environment; done when nothing of it is left. A second call does nothing.
   *
   * @throws RELEASE_INCOMPLETE naming what is left
   */
  release(): Promise<void> {
    return this.#release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#release();
  }
}
