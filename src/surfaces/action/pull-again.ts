import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError, type ErrorCode, formatDuration } from '../../index.js';

/** What a registry or the way to it may do differently a moment later. */
const PASSING: readonly ErrorCode[] = ['REGISTRY_UNREACHABLE', 'REGISTRY_RATE_LIMITED'];
/** Before the second attempt; then twice as long each time. Milliseconds. */
const FIRST_PAUSE = 2000;

/**
 * Does the work again while a pull fails for a reason that may pass. What fails leaves nothing behind, so each attempt is
 * a whole one.
 *
 * @throws what the last attempt has thrown, or the signal's reason
 */
export async function pullAgain<T>(
  attempts: number,
  signal: AbortSignal,
  tell: (text: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof EnvironmentError && PASSING.includes(error.code);
      if (!passing || attempt >= attempts) throw error;
      const pause = FIRST_PAUSE * 2 ** (attempt - 1);
      tell(`${error.code}, attempt ${attempt} of ${attempts}: ${error.message} Again in ${formatDuration(pause)}.`);
      await sleep(pause, undefined, { signal }).catch(() => {});
      if (signal.aborted) throw new EnvironmentError('ABORTED', { by: 'the runner', step: 'images' });
    }
  }
}
