import { EnvironmentError } from '../domain/errors.js';
import { classifyEngineError } from './failures/classify.js';

/** No single call takes longer on a working engine, however loaded. Milliseconds. */
export const CALL_TIMEOUT = 60_000;

/**
 * Runs one API call under the caller's signal and a time limit of its own, and names what went wrong.
 *
 * @throws ENGINE_HUNG, ENGINE_UNAVAILABLE, ENGINE_FORBIDDEN, ENGINE_FAILED, or the signal's reason
 */
export async function boundedCall<T>(
  endpoint: string,
  operation: string,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
  timeout = CALL_TIMEOUT,
): Promise<T> {
  const limit = AbortSignal.timeout(timeout);
  const both = AbortSignal.any([signal, limit]);
  both.throwIfAborted();
  // Some calls of the client know no signal: the race ends the wait for them too.
  const aborted = new Promise<never>((_, reject) => {
    both.addEventListener('abort', () => reject(both.reason), { once: true });
  });
  try {
    return await Promise.race([run(both), aborted]);
  } catch (cause) {
    signal.throwIfAborted();
    if (limit.aborted) {
      throw new EnvironmentError('ENGINE_HUNG', { endpoint, operation, seconds: timeout / 1000 }, { cause });
    }
    throw classifyEngineError(operation, endpoint, cause);
  }
}

/** 404 means that the object is already gone, 409 "already in progress" that somebody else is at it. */
export async function unlessGone<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    const cause = error instanceof EnvironmentError ? (error.cause as { statusCode?: number; message?: string }) : {};
    if (cause?.statusCode === 404) return undefined;
    if (cause?.statusCode === 409 && /already in progress/.test(cause.message ?? '')) return undefined;
    throw error;
  }
}
