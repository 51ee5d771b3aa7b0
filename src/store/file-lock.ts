import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { fileError } from '../domain/file-errors.js';

/** A lock whose holder has died is taken over after this long. Milliseconds. */
const STALE_AFTER = 10_000;
/** Between two tries. Milliseconds. */
const PAUSE = 200;

/**
 * Runs an async section that only one process of this state folder may be in, such as the pull of an image. It only
 * saves work that would be done twice: a holder that is stopped for ten seconds loses the lock, and then two do it. What
 * must never happen twice belongs into the store.
 *
 * @throws STORE_FULL, STORE_READ_ONLY
 */
export async function withFileLock<T>(
  stateDir: string,
  name: string,
  signal: AbortSignal,
  section: () => Promise<T>,
): Promise<T> {
  const release = await takeFileLock(stateDir, name, signal);
  try {
    return await section();
  } finally {
    await release();
  }
}

/** The same for a section that has no one end. @returns what gives the lock back; a second call does nothing */
export async function takeFileLock(stateDir: string, name: string, signal: AbortSignal): Promise<() => Promise<void>> {
  const folder = join(stateDir, 'locks');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError(error, folder);
  }
  const release = await obtain(join(folder, name), signal);
  return () => release().catch(() => {}); // given back already, or lost to another process, which now has it
}

async function obtain(path: string, signal: AbortSignal): Promise<() => Promise<void>> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await lock(path, { realpath: false, stale: STALE_AFTER, onCompromised: () => {} });
    } catch (error) {
      // Held by another process, or its stale lock was removed by a third one at the same moment.
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['ELOCKED', 'ENOENT', 'EEXIST'].includes(code)) throw fileError(error, path);
    }
    await sleep(PAUSE, undefined, { signal });
  }
}
