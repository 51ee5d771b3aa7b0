/** One attempt. Resolves to undefined when the service is ready, else to why not, in words. Never throws; ends at the signal. */
export type Probe = (target: ProbeTarget) => Promise<string | undefined>;

/** Where to ask, and what the service was started with. */
export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  /** The service's resolved environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The service's command in the compose file; some passwords are only there. */
  readonly command?: readonly string[];
  readonly signal: AbortSignal;
}

/** One attempt ends after this long, whatever the server does. Milliseconds. */
const ATTEMPT_LIMIT = 2000;

/**
 * Runs one attempt under the target's signal and the limit of its own.
 *
 * @param explain what an error of `ask` means, in words
 */
export async function attempt(
  target: ProbeTarget,
  ask: (signal: AbortSignal) => Promise<string | undefined>,
  explain: (cause: unknown) => string,
): Promise<string | undefined> {
  const limit = AbortSignal.timeout(ATTEMPT_LIMIT);
  try {
    target.signal.throwIfAborted();
    return await ask(AbortSignal.any([target.signal, limit]));
  } catch (cause) {
    if (target.signal.aborted) return 'was not waited for any longer';
    return limit.aborted ? `did not answer within ${ATTEMPT_LIMIT / 1000} s` : explain(cause);
  }
}
