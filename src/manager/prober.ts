import { setTimeout as sleep } from 'node:timers/promises';
import type { ProbeResult } from '../domain/readiness.js';

/** One way to ask a service; resolves to undefined when it is ready, else to why not. Never throws. */
export interface Question {
  readonly ask: (signal: AbortSignal) => Promise<string | undefined>;
  /** See {@link ProbeResult.silentAfter}. */
  readonly silentAfter: number | null;
}

/** Between two attempts; a local attempt costs well under a millisecond of processor time. Milliseconds. */
const PAUSE = 100;

/**
 * Asks running containers themselves, each in a loop of its own, until they answer. This is the only polling there is,
 * and none of it reaches the engine.
 */
export class Prober {
  readonly #results = new Map<string, ProbeResult>();
  readonly #running = new Map<string, AbortController>();
  readonly #signal: AbortSignal;
  readonly #changed: () => void;

  constructor(signal: AbortSignal, changed: () => void) {
    this.#signal = signal;
    this.#changed = changed;
  }

  result(container: string): ProbeResult | undefined {
    return this.#results.get(container);
  }

  /** Begins to ask, unless it is being asked or has answered already. */
  begin(container: string, question: Question): void {
    if (this.#running.has(container) || this.#results.get(container)?.passed) return;
    const stop = new AbortController();
    this.#running.set(container, stop);
    this.#note(container, { passed: false, why: 'has not answered yet', silentAfter: question.silentAfter });
    void this.#loop(container, question, AbortSignal.any([this.#signal, stop.signal]));
  }

  /** The container has ended: what it answered counts no more. */
  forget(container: string): void {
    this.#running.get(container)?.abort();
    this.#running.delete(container);
    this.#results.delete(container);
  }

  async #loop(container: string, { ask, silentAfter }: Question, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const why = await ask(signal);
      if (signal.aborted) return;
      this.#note(container, { passed: why === undefined, why: why ?? '', silentAfter });
      if (why === undefined) return;
      await sleep(PAUSE, undefined, { signal }).catch(() => {});
    }
  }

  #note(container: string, result: ProbeResult): void {
    const before = this.#results.get(container);
    this.#results.set(container, result);
    if (before?.passed !== result.passed || before.why !== result.why) this.#changed();
  }
}
