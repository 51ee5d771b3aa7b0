import { type ComposeModel, replicas, type ServiceModel } from '../domain/model.js';
import { judge, type Observation, oneShots } from '../domain/readiness.js';
import { type Verdict, worst } from '../domain/verdict.js';
import type { Waits } from '../domain/wait.js';
import type { ContainerDetail, ContainerEvent, Engine } from '../engine/engine.js';
import { Prober, type Question } from './prober.js';
import { namedQuestion, standardQuestion } from './questions.js';

export interface Observed {
  readonly engine: Engine;
  readonly model: ComposeModel;
  /** Services for which the user has said when they are ready. */
  readonly waits: Waits;
}

/**
 * The containers of an environment as the engine last showed them, and what that means for each service. An event is
 * only a reason to look; the engine's answer to `inspect` is what counts.
 */
export class Observer {
  readonly #observed: Observed;
  readonly #signal: AbortSignal;
  readonly #oneShots: ReadonlySet<string>;
  readonly #containers = new Map<string, Omit<Observation, 'probe'>>();
  readonly #prober: Prober;
  readonly #exits = new Map<string, { count: number; code: number; oom: boolean }>();
  /** Services of which somebody has removed a container: it will not become ready any more. */
  readonly #removed = new Set<string>();
  /** Container ids with a reason to look since the last look. */
  #touched = new Set<string>();

  /** `changed` is called when a look or a new verdict may bring something. */
  constructor(observed: Observed, signal: AbortSignal, changed: () => void) {
    this.#observed = observed;
    this.#signal = signal;
    this.#oneShots = oneShots(observed.model, observed.waits);
    this.#prober = new Prober(signal, changed);
  }

  touch(id: string): void {
    this.#touched.add(id);
  }

  note(event: ContainerEvent): void {
    this.touch(event.id);
    const seen = this.#exits.get(event.id) ?? { count: 0, code: 0, oom: false };
    if (event.action === 'oom') this.#exits.set(event.id, { ...seen, oom: true });
    if (event.action === 'die') {
      // While a container is down, the engine's proxy still accepts for it: an answer from then proves nothing.
      this.#prober.forget(event.id);
      this.#exits.set(event.id, { ...seen, count: seen.count + 1, code: event.exitCode ?? seen.code });
    }
  }

  /** The engine sends no event of a health check that goes on failing: those have to be looked at. True if there are any. */
  touchUnhealthy(): boolean {
    const probed = [...this.#containers.values()].filter(
      ({ status, health }) => status === 'running' && (health === 'starting' || health === 'unhealthy'),
    );
    for (const { id } of probed) this.touch(id);
    return probed.length > 0;
  }

  /** Looks at every container that there was a reason for. */
  async look(): Promise<void> {
    const ids = [...this.#touched];
    this.#touched = new Set();
    await Promise.all(
      ids.map(async (id) => {
        const detail = await this.#observed.engine.inspect(id, this.#signal);
        if (detail) this.#see(detail);
        else this.#forget(id);
      }),
    );
  }

  /** One for each service of the model. */
  verdicts(): Map<string, Verdict> {
    const now = Date.now();
    const services = Object.entries(this.#observed.model.services);
    return new Map(services.map(([name, service]) => [name, this.#judge(name, service, now)]));
  }

  containersOf(service: string): string[] {
    return this.#of(service).map(({ id }) => id);
  }

  /** Why the engine could not start a container of the service; undefined where it could. */
  refusal(service: string): string | undefined {
    return this.#of(service).find(({ status, error }) => status === 'created' && error !== '')?.error;
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

  #forget(id: string): void {
    const gone = this.#containers.get(id);
    this.#containers.delete(id);
    this.#prober.forget(id);
    if (gone) this.#removed.add(gone.service);
  }

  #question(detail: ContainerDetail): Question | undefined {
    const { engine, model, waits } = this.#observed;
    const service = model.services[detail.service];
    if (!service || this.#oneShots.has(detail.service)) return undefined;
    const wait = waits[detail.service];
    if (wait) return namedQuestion(engine, wait, service, detail);
    return detail.health === 'none' ? standardQuestion(service, detail) : undefined;
  }

  #judge(name: string, service: ServiceModel, now: number): Verdict {
    if (this.#removed.has(name)) return { state: 'failed', reason: 'had its container removed by somebody else' };
    const seen = this.#of(name);
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

  #of(service: string): Omit<Observation, 'probe'>[] {
    return [...this.#containers.values()].filter((container) => container.service === service);
  }
}
