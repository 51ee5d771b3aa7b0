import { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import { type ComposeModel, replicas, type ServiceModel } from '../domain/model.js';
import { isReady, judge, type Observation, oneShots, startable, type Verdict, worst } from '../domain/readiness.js';
import type { Waits } from '../domain/wait.js';
import type { ContainerDetail, ContainerEvent, Engine } from '../engine/engine.js';
import { Prober, type Question } from './prober.js';
import { namedQuestion, standardQuestion } from './questions.js';

export interface StartRequest {
  readonly engine: Engine;
  readonly lease: LeaseRecord;
  readonly model: ComposeModel;
  /** Compose starts the containers itself (`up`); we watch only. */
  readonly startedByCompose?: Promise<void> | undefined;
  /** Services for which the user has said when they are ready. */
  readonly waits: Waits;
  /** Told of everything that the engine says of the lease's containers. */
  readonly onEvent: (event: ContainerEvent) => void;
  readonly onVerdict: (service: string, verdict: Verdict) => void;
  readonly signal: AbortSignal;
}

/**
 * Starts every container as soon as its dependencies hold, and returns when each service is ready. Driven by engine
 * events that are subscribed before the first start; an event is only a reason to look, the engine's answer to
 * `inspect` is what counts.
 *
 * @throws SERVICE_FAILED, START_FAILED (without evidence), or the signal's reason
 */
export async function startServices(request: StartRequest): Promise<void> {
  const startup = new Startup(request);
  await startup.run();
}

class Startup {
  readonly #request: StartRequest;
  readonly #oneShots: ReadonlySet<string>;
  readonly #containers = new Map<string, Omit<Observation, 'probe'>>();
  readonly #prober: Prober;
  readonly #started = new Set<string>();
  readonly #exits = new Map<string, { count: number; code: number; oom: boolean }>();
  readonly #reported = new Map<string, string>();
  /** Container ids that an event has named since the last look. */
  #touched = new Set<string>();
  #failure: unknown;
  readonly #ended = new AbortController();
  #wake: () => void = () => {};

  constructor(request: StartRequest) {
    this.#request = request;
    this.#oneShots = oneShots(request.model, request.waits);
    this.#prober = new Prober(AbortSignal.any([request.signal, this.#ended.signal]), () => this.#wake());
  }

  async run(): Promise<void> {
    const { engine, lease, signal, startedByCompose } = this.#request;
    try {
      const watching = AbortSignal.any([signal, this.#ended.signal]);
      const labels = { [LABEL.lease]: lease.id };
      this.#listen(await engine.events(labels, watching), watching);
      for (const { id } of await engine.containers(labels, signal)) this.#touched.add(id);
      startedByCompose?.then(
        () => this.#wake(),
        (error) => this.#fail(error),
      );
      await this.#untilReady();
      await startedByCompose;
    } finally {
      this.#ended.abort();
    }
  }

  async #untilReady(): Promise<void> {
    for (;;) {
      const changed = this.#nextChange();
      await this.#look();
      if (this.#failure) throw this.#failure;
      const verdicts = this.#judgeAll();
      for (const [service, verdict] of verdicts) this.#report(service, verdict);
      for (const [service, verdict] of verdicts) {
        if (verdict.state === 'failed') throw serviceFailed(service, verdict.reason);
      }
      if ([...verdicts.values()].every(isReady)) return;
      if (!this.#request.startedByCompose) this.#startNext(verdicts);
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

  #listen(events: AsyncIterable<ContainerEvent>, signal: AbortSignal): void {
    const read = async () => {
      for await (const event of events) {
        this.#request.onEvent(event);
        this.#note(event);
        this.#wake();
      }
      throw new Error('it closed the event stream');
    };
    read().catch((cause: Error) => {
      if (signal.aborted) return;
      const { endpoint } = this.#request.engine;
      this.#fail(new EnvironmentError('ENGINE_UNAVAILABLE', { endpoint, reason: cause.message }, { cause }));
    });
  }

  #note(event: ContainerEvent): void {
    this.#touched.add(event.id);
    const seen = this.#exits.get(event.id) ?? { count: 0, code: 0, oom: false };
    if (event.action === 'oom') this.#exits.set(event.id, { ...seen, oom: true });
    if (event.action === 'die') {
      // While a container is down, the engine's proxy still accepts for it: an answer from then proves nothing.
      this.#prober.forget(event.id);
      this.#exits.set(event.id, { ...seen, count: seen.count + 1, code: event.exitCode ?? seen.code });
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake();
  }

  async #look(): Promise<void> {
    const { engine, signal } = this.#request;
    const ids = [...this.#touched];
    this.#touched = new Set();
    await Promise.all(
      ids.map(async (id) => {
        const detail = await engine.inspect(id, signal);
        if (detail) this.#see(detail);
        else this.#forget(id);
      }),
    );
  }

  #see(detail: ContainerDetail): void {
    const exits = this.#exits.get(detail.id);
    this.#containers.set(detail.id, {
      ...detail,
      exits: Math.max(exits?.count ?? 0, detail.restartCount),
      exitCode: detail.status === 'exited' ? detail.exitCode : (exits?.code ?? detail.exitCode),
      oomKilled: detail.oomKilled || (exits?.oom ?? false),
    });
    if (detail.status !== 'running') {
      this.#prober.forget(detail.id);
      return;
    }
    const question = this.#question(detail);
    if (question) this.#prober.begin(detail.id, question);
  }

  /** Somebody has removed the container: it will not become ready any more. */
  #forget(id: string): void {
    const gone = this.#containers.get(id);
    this.#containers.delete(id);
    this.#prober.forget(id);
    if (gone) this.#fail(serviceFailed(gone.service, 'had its container removed by somebody else'));
  }

  #question(detail: ContainerDetail): Question | undefined {
    const { engine, model, waits } = this.#request;
    const service = model.services[detail.service];
    if (!service || this.#oneShots.has(detail.service)) return undefined;
    const wait = waits[detail.service];
    if (wait) return namedQuestion(engine, wait, service, detail);
    return detail.health === 'none' ? standardQuestion(service, detail) : undefined;
  }

  #judgeAll(): Map<string, Verdict> {
    const now = Date.now();
    const services = Object.entries(this.#request.model.services);
    return new Map(services.map(([name, service]) => [name, this.#judgeService(name, service, now)]));
  }

  #judgeService(name: string, service: ServiceModel, now: number): Verdict {
    const seen = [...this.#containers.values()].filter((c) => c.service === name);
    const expected = replicas(service);
    if (expected === 0) return { state: 'completed' };
    if (seen.length < expected) return { state: 'created' };
    return worst(
      seen.map((container) => {
        const probe = this.#prober.result(container.id);
        return judge(service, probe ? { ...container, probe } : container, this.#oneShots.has(name), now);
      }),
    );
  }

  #startNext(verdicts: ReadonlyMap<string, Verdict>): void {
    const { engine, model, signal } = this.#request;
    for (const service of startable(model, verdicts)) {
      if (this.#started.has(service)) continue;
      this.#started.add(service);
      for (const container of this.#containers.values()) {
        if (container.service !== service) continue;
        engine.start(container.id, signal).catch((error) => this.#fail(startFailed(service, error)));
      }
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

function serviceFailed(service: string, reason: string): EnvironmentError {
  return new EnvironmentError('SERVICE_FAILED', { service, reason, evidence: '' });
}

/** The engine's refusal to start a container, with the service's name put in. */
function startFailed(service: string, error: unknown): unknown {
  if (!(error instanceof EnvironmentError) || error.code !== 'ENGINE_FAILED') return error;
  return new EnvironmentError('START_FAILED', { service, reason: error.params.reason ?? '' }, { cause: error.cause });
}
