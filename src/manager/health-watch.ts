import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import {
  mayRecover,
  type OnUnhealthy,
  type Permission,
  RECOVERY_LIMITS,
  type RecoveryLimits,
  standingOf,
} from '../domain/recovery.js';
import type { Waits } from '../domain/wait.js';
import type { ContainerEvent, Engine } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { AcquireOptions } from './acquire-options.js';
import type { Config } from './config.js';
import type { Context } from './context.js';
import { DEFAULT_WAIT_TIMEOUT } from './deadline.js';
import type { AcquiredEnvironment } from './handed-over.js';
import { alone, climb } from './ladder.js';
import { modelOf, resolveModel } from './resolve.js';

/** Before an engine that has gone is tried again. Milliseconds. */
const ENGINE_PAUSE = 5000;

export interface WatchTask {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly acquired: Pick<AcquiredEnvironment, 'record' | 'services'>;
  readonly onUnhealthy: Exclude<OnUnhealthy, 'ignore'>;
  readonly waits: Waits;
  /** For each means that is tried. Milliseconds. */
  readonly waitTimeout: number;
  readonly limits?: RecoveryLimits;
}

/** The watch that was asked for with `onUnhealthy`; undefined where that is `ignore`. */
export async function watchHealth(
  context: Context,
  acquired: AcquiredEnvironment,
  { onUnhealthy = 'ignore', waits = {}, waitTimeout = DEFAULT_WAIT_TIMEOUT }: AcquireOptions,
): Promise<HealthWatch | undefined> {
  if (onUnhealthy === 'ignore') return undefined;
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  return new HealthWatch({ config: context.config, engine, store, acquired, onUnhealthy, waits, waitTimeout });
}

/**
 * Watches a ready environment from within its holder's process and brings back what is lost, or only tells. It keeps no
 * process alive, and an engine that goes away is waited for. Never throws.
 */
export class HealthWatch {
  readonly leaseId: string;
  readonly #task: WatchTask;
  readonly #limits: RecoveryLimits;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  /** Service → when containers of it were seen to end. */
  #exits = new Map<string, number[]>();
  /** When each recovery ended. */
  readonly #ended: number[] = [];
  /** From the first service that is lost until all are well again. */
  #incident: Incident | undefined;
  #recovering = false;

  constructor(task: WatchTask) {
    this.#task = task;
    this.leaseId = task.acquired.record.id;
    this.#limits = task.limits ?? RECOVERY_LIMITS;
    this.#watching = this.#watch();
  }

  /**
   * Ends the watch; done when nothing of it runs any more.
   *
   * @returns true when that cut a recovery short, of which the engine may still be making something
   */
  async end(): Promise<boolean> {
    this.#stop.abort();
    await this.#watching;
    return this.#recovering;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#watchEvents();
      } catch (error) {
        // The store answers for itself; whatever else it is (the engine has gone, or hangs), it may be over in a while.
        if (error instanceof LeaseEnded) return;
        await this.#pause(ENGINE_PAUSE);
      }
    }
  }

  /** Until something was done about an event: what that itself made happen is not heard. */
  async #watchEvents(): Promise<void> {
    const { engine, acquired } = this.#task;
    const round = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, round.signal]);
    this.#exits = new Map();
    try {
      const labels = { [LABEL.lease]: acquired.record.id };
      const events = await engine.events(labels, signal, { background: true });
      if (await this.#attend()) return;
      for await (const event of events) {
        this.#note(event);
        if (await this.#attend()) return;
      }
      signal.throwIfAborted();
      throw new EnvironmentError('ENGINE_UNAVAILABLE', { endpoint: engine.endpoint, reason: 'it closed the stream' });
    } finally {
      round.abort();
    }
  }

  #note({ action, service }: ContainerEvent): void {
    if (action === 'die') this.#exits.set(service, [...(this.#exits.get(service) ?? []).slice(-9), Date.now()]);
  }

  /** Looks, and does what is to be done. True when it has tried to bring something back. */
  async #attend(): Promise<boolean> {
    for (;;) {
      const { lost, well } = await this.#look();
      const record = this.#held();
      if (lost.size === 0) {
        if (well) this.#allWell(record);
        return false;
      }
      const incident = this.#incident ?? this.#begin(record, lost);
      if (incident.givenUp) return false;
      const permission = this.#permission(incident.recoveries);
      if (permission.may === 'no') {
        this.#giveUp(record, incident, [...lost.keys()], permission.why);
        return false;
      }
      if (permission.may === 'now') {
        await this.#recover(record, incident);
        return true;
      }
      await this.#pause(permission.at - Date.now());
    }
  }

  #permission(recoveries: number): Permission {
    if (this.#task.onUnhealthy === 'report') return { may: 'no', why: '' };
    return mayRecover(this.#ended, recoveries, Date.now(), this.#limits);
  }

  /** One call of the engine for all services. `lost`: service → why. */
  async #look(): Promise<{ lost: Map<string, string>; well: boolean }> {
    const { engine, acquired } = this.#task;
    const all = await engine.containers({ [LABEL.lease]: acquired.record.id }, this.#stop.signal);
    const lost = new Map<string, string>();
    let well = true;
    for (const [name, ready] of Object.entries(acquired.services)) {
      const containers = all.filter(({ service }) => service === name);
      const standing = standingOf(ready, { containers, exits: this.#exits.get(name) ?? [] }, Date.now());
      if (standing.state === 'lost') lost.set(name, standing.reason);
      well &&= standing.state === 'well';
    }
    return { lost, well };
  }

  /** The lease as it is now. @throws LeaseEnded once it is released, or somebody else's */
  #held(): LeaseRecord {
    this.#stop.signal.throwIfAborted();
    const { store, acquired } = this.#task;
    let held: LeaseRecord | undefined;
    try {
      held = store.find(acquired.record.id);
    } catch (cause) {
      throw new LeaseEnded('the store is closed', { cause });
    }
    const isOurs = held?.generation === acquired.record.generation;
    if (!held || !isOurs || (held.state !== 'ready' && held.state !== 'degraded')) throw new LeaseEnded('released');
    return held;
  }

  #begin(record: LeaseRecord, lost: ReadonlyMap<string, string>): Incident {
    const { config, store, onUnhealthy } = this.#task;
    const incident: Incident = { since: Date.now(), recoveries: 0, failure: '', givenUp: false };
    this.#incident = incident;
    const services = Object.fromEntries(lost);
    store.note(record, 'unhealthy', { services });
    config.onProgress({ type: 'unhealthy', project: record.project, services, action: onUnhealthy });
    return incident;
  }

  async #recover(record: LeaseRecord, incident: Incident): Promise<void> {
    const { config, engine, store, waits, waitTimeout } = this.#task;
    const { signal } = this.#stop;
    await alone({ config, record, signal }, async () => {
      const services = [...(await this.#look()).lost.keys()];
      if (services.length === 0) return; // somebody else has brought it back meanwhile
      incident.recoveries += 1;
      this.#recovering = true;
      try {
        const model = modelOf(await resolveModel(config, engine, record.spec, signal), record.project);
        await climb({ config, engine, store, record, model, services, waits, waitTimeout, signal });
      } catch (error) {
        if (!(error instanceof EnvironmentError)) throw error;
        incident.failure = error.message;
      } finally {
        this.#recovering = signal.aborted;
        this.#ended.push(Date.now());
      }
    });
  }

  #allWell(record: LeaseRecord): void {
    if (!this.#incident) return;
    const { config, store } = this.#task;
    const afterMs = Date.now() - this.#incident.since;
    this.#incident = undefined;
    if (record.state === 'degraded') store.transition(record, 'ready', { afterMs });
    config.onProgress({ type: 'well', project: record.project, afterMs });
  }

  /** Once an incident. */
  #giveUp(record: LeaseRecord, incident: Incident, services: readonly string[], why: string): void {
    const { config, store, onUnhealthy } = this.#task;
    incident.givenUp = true;
    const reason = incident.failure ? `${why}; the last: ${incident.failure}` : why;
    if (record.state === 'ready') store.transition(record, 'degraded', { services, reason: why });
    if (onUnhealthy === 'report') return; // was told when it began
    config.onProgress({ type: 'degraded', project: record.project, services, reason });
  }

  async #pause(ms: number): Promise<void> {
    await sleep(Math.max(0, ms), undefined, { ref: false, signal: this.#stop.signal }).catch(() => {});
  }
}

interface Incident {
  readonly since: number;
  recoveries: number;
  /** Why the last recovery did not help; "" where none has failed. */
  failure: string;
  givenUp: boolean;
}

/** The watch has nothing left to watch. */
class LeaseEnded extends Error {}
