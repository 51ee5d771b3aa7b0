import { closeSync, openSync, utimesSync, watch } from 'node:fs';
import { join } from 'node:path';

/**
 * A file of the state folder that is touched whenever room has become free or the queue has moved: those who wait are
 * woken by the kernel. Where it cannot be watched (some network and container file systems), they look by themselves.
 */
export class Bell {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, 'queue');
  }

  /** One system call. Without the file nobody has ever waited here. */
  ring(): void {
    const now = new Date();
    try {
      utimesSync(this.#file, now, now);
    } catch {
      // those who wait look by themselves now and then
    }
  }

  /** Calls `heard` at each ring until the signal aborts; keeps no process alive. */
  listen(heard: () => void, signal: AbortSignal): void {
    try {
      closeSync(openSync(this.#file, 'a', 0o600));
      watch(this.#file, { persistent: false, signal }, heard).on('error', () => {});
    } catch {
      // a full disk, or no watches left
    }
  }
}
