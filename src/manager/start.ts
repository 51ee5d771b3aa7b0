import { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import { startable } from '../domain/readiness.js';
import { isReady, type Verdict } from '../domain/verdict.js';
import type { ContainerEvent } from '../engine/engine.js';
import { classifyRefusal } from '../engine/failures/classify.js';
import { type Observed, Observer } from './observer.js';

/** How old what is told of a failing health check may be; a look costs the engine 2 ms. Milliseconds. */
const PROBES_LOOK = 2000;

const UNDER_WAY: Verdict = { state: 'starting', why: 'its start is not done yet' };

export interface StartRequest extends Observed {
  readonly lease: LeaseRecord;
  /** Starts the containers of one service; absent where everything has been started. */
  readonly start?: ((service: string, containers: readonly string[], signal: AbortSignal) => Promise<void>) | undefined;
  /** Told of everything that the engine says of the lease's containers. */
  readonly onEvent: (event: ContainerEvent) => void;
  readonly onVerdict: (service: string, verdict: Verdict) => void;
  readonly signal: AbortSignal;
}

/**
 * Starts every service as soon as its dependencies hold, and returns when each is ready. Driven by engine events that
 * are subscribed before the first start.
 *
 * @throws SERVICE_FAILED, START_FAILED, PORT_CONFLICT … (without evidence), or the signal's reason
 */
export async function startServices(request: StartRequest): Promise<void> {
  const startup = new Startup(request);
  await startup.run();
}

class Startup {
  readonly #request: StartRequest;
  readonly #ended = new AbortController();
  /** Aborted with the request, and when the start is over. */
  readonly #signal: AbortSignal;
  readonly #observer: Observer;
  readonly #started = new Set<string>();
  /** Starts that are under way: a service whose start has not come back yet is not ready, whatever its container says. */
  readonly #starting = new Map<string, Promise<void>>();
  readonly #reported = new Map<string, string>();
  #failure: unknown;
  #wake: () => void = () => {};

  constructor(request: StartRequest) {
    this.#request = request;
    this.#signal = AbortSignal.any([request.signal, this.#ended.signal]);
    this.#observer = new Observer(request, this.#signal, () => this.#wake());
  }

  async run(): Promise<void> {
    const { engine, lease, signal } = this.#request;
    let probes: NodeJS.Timeout | undefined;
    try {
      const labels = { [LABEL.lease]: lease.id };
      this.#listen(await engine.events(labels, this.#signal));
      for (const { id } of await engine.containers(labels, signal)) this.#observer.touch(id);
      probes = setInterval(() => this.#observer.touchUnhealthy() && this.#wake(), PROBES_LOOK);
      await this.#untilReady();
    } finally {
      clearInterval(probes);
      if (signal.aborted) this.#reportUnderWay();
      this.#ended.abort();
      // Nothing may still be starting when the caller takes the environment down.
      await Promise.all(this.#starting.values());
    }
  }

  async #untilReady(): Promise<void> {
    for (;;) {
      const changed = this.#nextChange();
      await this.#observer.look();
      if (this.#failure) throw this.#failure;
      const verdicts = this.#verdicts();
      for (const [service, verdict] of verdicts) this.#report(service, verdict);
      for (const [service, verdict] of verdicts) {
        if (verdict.state === 'failed') throw this.#failed(service, verdict.reason);
      }
      if ([...verdicts.values()].every(isReady)) return;
      this.#startNext(verdicts);
      await changed(earliest(verdicts));
    }
  }

  /** Armed before looking, so that nothing that happens meanwhile is missed. */
  #nextChange(): (until: number | undefined) => Promise<void> {
    const { signal } = this.#request;
    let wake: () => void = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#wake = wake;
    return async (until) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', wake, { once: true });
      const timer = until === undefined ? undefined : setTimeout(wake, Math.max(0, until - Date.now()));
      await woken;
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      signal.throwIfAborted();
    };
  }

  #listen(events: AsyncIterable<ContainerEvent>): void {
    const read = async () => {
      for await (const event of events) {
        this.#request.onEvent(event);
        this.#observer.note(event);
        this.#wake();
      }
      throw new Error('it closed the event stream');
    };
    read().catch((cause: Error) => {
      if (this.#signal.aborted) return;
      const { endpoint } = this.#request.engine;
      this.#fail(new EnvironmentError('ENGINE_UNAVAILABLE', { endpoint, reason: cause.message }, { cause }));
    });
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake();
  }

  #verdicts(): Map<string, Verdict> {
    const verdicts = this.#observer.verdicts();
    for (const service of this.#starting.keys()) {
      const verdict = verdicts.get(service);
      if (verdict && isReady(verdict)) verdicts.set(service, UNDER_WAY);
    }
    return verdicts;
  }

  #startNext(verdicts: ReadonlyMap<string, Verdict>): void {
    const { model, start } = this.#request;
    if (!start) return;
    for (const service of startable(model, verdicts)) {
      if (this.#started.has(service)) continue;
      this.#started.add(service);
      const starting = start(service, this.#observer.containersOf(service), this.#signal)
        .catch((error) => this.#fail(this.#startFailed(service, error)))
        .finally(() => {
          this.#starting.delete(service);
          this.#wake();
        });
      this.#starting.set(service, starting);
    }
  }

  /** A container that was never started is the engine's refusal, also where an event has told of it first. */
  #failed(service: string, reason: string): EnvironmentError {
    const refusal = this.#observer.refusal(service);
    if (refusal !== undefined) return this.#refused(service, classifyRefusal(this.#request.engine.endpoint, refusal));
    return new EnvironmentError('SERVICE_FAILED', { service, reason, evidence: '' });
  }

  /** The refusal of the engine, or of Compose that quotes it, with the service's name put in. */
  #startFailed(service: string, error: unknown): unknown {
    return error instanceof EnvironmentError ? this.#refused(service, error) : error;
  }

  #refused(service: string, { code, params, cause }: EnvironmentError): EnvironmentError {
    const file = this.#request.lease.spec.files.join(', ');
    const known = code === 'ENGINE_FAILED' || code === 'CREATE_FAILED' ? 'START_FAILED' : code;
    return new EnvironmentError(known, { ...params, service, file, evidence: '' }, { cause });
  }

  /** The last look may be from before the start, and who is told why nothing is ready sees what the container has logged. */
  #reportUnderWay(): void {
    const verdicts = this.#observer.verdicts();
    for (const service of this.#starting.keys()) {
      if (verdicts.get(service)?.state === 'created') this.#report(service, UNDER_WAY);
    }
  }

  #report(service: string, verdict: Verdict): void {
    const text = JSON.stringify(verdict);
    if (this.#reported.get(service) === text) return;
    this.#reported.set(service, text);
    this.#request.onVerdict(service, verdict);
  }
}

function earliest(verdicts: ReadonlyMap<string, Verdict>): number | undefined {
  const times = [...verdicts.values()].flatMap((v) =>
    v.state === 'starting' && v.until !== undefined ? [v.until] : [],
  );
  return times.length > 0 ? Math.min(...times) : undefined;
}
