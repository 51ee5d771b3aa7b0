import { EnvironmentError, type Step } from '../domain/errors.js';

/** How long services may take to become ready where nothing else is said. Milliseconds. */
export const DEFAULT_WAIT_TIMEOUT = 60_000;

/**
 * One time limit together with the caller's signal. `signal` aborts at the earlier of both; `expired` tells which.
 */
export class Deadline implements Disposable {
  readonly signal: AbortSignal;
  readonly ms: number;
  readonly #timeout = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, caller: AbortSignal) {
    this.ms = ms;
    this.#timer = setTimeout(() => this.#timeout.abort(new Error('deadline')), ms);
    this.signal = AbortSignal.any([caller, this.#timeout.signal]);
  }

  get expired(): boolean {
    return this.#timeout.signal.aborted;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** What a caller's abort becomes: its own EnvironmentError, or ABORTED naming the step. */
export function abortError(signal: AbortSignal, step: Step): EnvironmentError {
  const { reason } = signal as { reason: unknown };
  if (reason instanceof EnvironmentError) return reason;
  const by = reason instanceof Error && reason.name !== 'AbortError' ? reason.message : 'the caller';
  return new EnvironmentError('ABORTED', { by, step }, { cause: reason });
}
