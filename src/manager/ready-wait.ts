import type { Step } from '../domain/errors.js';
import type { ComposeModel } from '../domain/model.js';
import { readyTimeout, type Verdict } from '../domain/verdict.js';
import { Deadline } from './deadline.js';

/** Whose readiness is waited for, and how long. */
export interface ReadyWaitRequest {
  readonly model: ComposeModel;
  /** From now on. Milliseconds. */
  readonly waitTimeout: number;
  /** The caller's. */
  readonly signal: AbortSignal;
  /** That the error names; by default that of the use case. */
  readonly step?: Step;
}

/** A wait until services are ready, of one or several parts: it knows what is thought of each, for when its time is over. */
export class ReadyWait {
  readonly verdicts = new Map<string, Verdict>();
  readonly #request: ReadyWaitRequest;
  readonly #begun = performance.now();

  constructor(request: ReadyWaitRequest) {
    this.#request = request;
  }

  /** Since the beginning. Milliseconds. */
  get elapsed(): number {
    return Math.round(performance.now() - this.#begun);
  }

  readonly onVerdict = (service: string, verdict: Verdict): void => {
    this.verdicts.set(service, verdict);
  };

  /** Of a part that has the whole time, `fresh`; of the others, what is left. @throws READY_TIMEOUT */
  async run<T>(work: (signal: AbortSignal) => Promise<T>, time: 'left' | 'fresh' = 'left'): Promise<T> {
    const { model, waitTimeout, signal, step } = this.#request;
    const ms = time === 'fresh' ? waitTimeout : Math.max(1, waitTimeout - (performance.now() - this.#begun));
    using deadline = new Deadline(ms, signal);
    try {
      return await work(deadline.signal);
    } catch (error) {
      if (!deadline.expired || signal.aborted) throw error;
      const late = readyTimeout(model, this.verdicts, waitTimeout);
      if (step) late.step = step;
      throw late;
    }
  }
}
