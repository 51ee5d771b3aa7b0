/** A sleep that a ring ends early. A ring between two sleeps is not lost: the next one ends at once. */
export class Alarm implements Disposable {
  readonly #ended = new AbortController();
  /** Aborted with the caller's, and when the alarm is not needed any more. */
  readonly signal: AbortSignal;
  #rang = false;
  #wake: () => void = () => {};

  constructor(caller: AbortSignal) {
    this.signal = AbortSignal.any([caller, this.#ended.signal]);
    this.signal.addEventListener('abort', () => this.#wake());
  }

  readonly wake = (): void => {
    this.#rang = true;
    this.#wake();
  };

  /** @returns true when it was a ring that ended it; throws the caller's reason when that was it */
  async sleep(ms: number): Promise<boolean> {
    this.signal.throwIfAborted();
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, this.#rang ? 0 : ms);
    });
    clearTimeout(timer);
    this.signal.throwIfAborted();
    const rang = this.#rang;
    this.#rang = false;
    return rang;
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
  }
}
