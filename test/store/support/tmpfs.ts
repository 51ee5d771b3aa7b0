import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why a disk of a test's own cannot be had here; undefined where it can. */
export const NO_TMPFS =
  process.platform !== 'linux' ? 'Linux only' : process.getuid?.() === 0 ? undefined : 'only root may mount';

/** A small disk that can be filled to its last byte and made read-only. */
export class Tmpfs implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'dm-tmpfs-'));

  constructor(size: string) {
    this.#command('mount', '-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', this.folder);
  }

  /** @returns the bytes that are left: 0 */
  fill(): number {
    const descriptor = openSync(join(this.folder, 'filler'), 'a', 0o600);
    for (const size of [65536, 4096, 512, 1]) {
      try {
        for (;;) writeSync(descriptor, Buffer.alloc(size, 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
    closeSync(descriptor);
    return statfsSync(this.folder).bavail;
  }

  drain(): void {
    rmSync(join(this.folder, 'filler'));
  }

  readOnly(): void {
    this.#command('mount', '-o', 'remount,ro', this.folder);
  }

  [Symbol.dispose](): void {
    this.#command('umount', '-l', this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #command(command: string, ...args: string[]): void {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
  }
}
