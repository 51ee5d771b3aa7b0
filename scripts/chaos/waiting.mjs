import { setTimeout as sleep } from 'node:timers/promises';

/** Between two looks. Milliseconds. */
const PAUSE = 100;

/** Looks again and again; resolves to whether `check` gave a true value within the limit (milliseconds). */
export async function untilTrue(check, limit) {
  const end = performance.now() + limit;
  for (;;) {
    if (await check()) return true;
    if (performance.now() >= end) return false;
    await sleep(PAUSE);
  }
}

/** The promise's value, or undefined at the limit. */
export async function within(promise, limit) {
  const timer = new AbortController();
  const late = sleep(limit, undefined, { signal: timer.signal }).catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}
