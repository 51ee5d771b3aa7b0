import { EnvironmentError, type Step } from '../domain/errors.js';
import { abortError } from './deadline.js';
import type { OnProgress } from './progress.js';

/** The steps of one use case: times each, stops between two when the caller aborts, and names the one that failed. */
export class Steps {
  readonly signal: AbortSignal;
  readonly #onProgress: OnProgress;
  readonly #timings: Record<string, number> = {};
  readonly #begun = performance.now();
  #current: Step = 'engine';

  constructor(signal: AbortSignal | undefined, onProgress: OnProgress) {
    this.signal = signal ?? new AbortController().signal;
    this.#onProgress = onProgress;
  }

  async run<T>(step: Step, work: () => T | Promise<T>): Promise<T> {
    this.#current = step;
    this.#onProgress({ type: 'step', step });
    const from = performance.now();
    try {
      this.signal.throwIfAborted();
      return await work();
    } catch (error) {
      throw this.#named(error);
    } finally {
      this.#timings[step] = (this.#timings[step] ?? 0) + Math.round(performance.now() - from);
    }
  }

  /** Milliseconds per step, and since the beginning as `total`. */
  timings(): Record<string, number> {
    return { ...this.#timings, total: Math.round(performance.now() - this.#begun) };
  }

  #named(error: unknown): unknown {
    const known = this.signal.aborted ? abortError(this.signal, this.#current) : error;
    if (known instanceof EnvironmentError) known.step ??= this.#current;
    return known;
  }
}
