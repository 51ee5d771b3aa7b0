import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildFolder } from './identify.js';

/**
 * Names for the folders of a build that are not their own. BuildKit keeps a copy of each folder by its path, and takes a
 * file for unchanged whose size and time are (measured: `docker compose build`, with --no-cache too, gives the old content
 * after such an edit). Under a name of ours the copy is known to hold only what we have hashed, and a new name begins anew.
 */
export class ContextPaths implements Disposable {
  readonly #folder: string;
  readonly #anew: boolean;
  readonly #once: string[] = [];

  /** With `anew` for sources that change while they are built: no name was ever built under before. */
  constructor(stateDir: string, anew: boolean) {
    this.#folder = join(stateDir, 'contexts');
    this.#anew = anew;
  }

  /** A link to the folder; the folder itself where there can be none. */
  of({ path, generation }: Pick<BuildFolder, 'path' | 'generation'>): string {
    const once = this.#anew || generation === undefined;
    const name = createHash('sha256').update(path).digest('hex').slice(0, 16);
    const link = join(this.#folder, `${name}-${once ? randomBytes(8).toString('hex') : generation}`);
    if (once) this.#once.push(link);
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      symlinkSync(path, link, 'junction');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return path;
    }
    return link;
  }

  [Symbol.dispose](): void {
    for (const link of this.#once) rmSync(link, { force: true });
  }
}
