/** After the first try that did not help. Milliseconds. */
const FIRST_PAUSE = 500;
/** Longest pause between two tries to do what cannot be done now, as when the engine is not there. Milliseconds. */
const LONGEST_PAUSE = 60_000;

interface Try {
  readonly running: boolean;
  readonly notBefore: number;
  /** After this one, should it not help. */
  readonly pause: number;
}

/** Work on engines, one piece at a time on each. After one that did not help the next has to wait, longer each time. */
export class Tries {
  readonly #byEndpoint = new Map<string, Try>();
  readonly #steady: () => number;

  /** `steady`: a clock that never jumps. Milliseconds. */
  constructor(steady: () => number) {
    this.#steady = steady;
  }

  /** Nothing is done while an earlier piece runs, or its pause is not over. `work` says whether it helped. */
  begin(endpoint: string, work: () => Promise<boolean>, ended: () => void): void {
    const { running, notBefore, pause } = this.#byEndpoint.get(endpoint) ?? NONE;
    if (running || this.#steady() < notBefore) return;
    this.#byEndpoint.set(endpoint, { running: true, notBefore, pause });
    const end = (helped: boolean) => {
      const next = { running: false, notBefore: this.#steady() + pause, pause: Math.min(pause * 2, LONGEST_PAUSE) };
      if (helped) this.#byEndpoint.delete(endpoint);
      else this.#byEndpoint.set(endpoint, next);
      ended();
    };
    work().then(end, () => end(false));
  }

  /** There is nothing more to do on other engines: the next try there is a first one. */
  keep(endpoints: { has(endpoint: string): boolean }): void {
    for (const [endpoint, { running }] of this.#byEndpoint) {
      if (!running && !endpoints.has(endpoint)) this.#byEndpoint.delete(endpoint);
    }
  }
}

const NONE: Try = { running: false, notBefore: 0, pause: FIRST_PAUSE };
