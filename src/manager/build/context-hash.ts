import { createHash, type Hash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type IgnoreRules, type Judged, judge, mayHoldExceptions } from '../../domain/build/ignore.js';
import { isLockFile } from '../../domain/build/policy.js';
import { HashCache } from './hash-cache.js';

/** What a folder says as the context of a build. */
export interface ContextHash {
  /** Names, kinds, modes and contents of all that goes to the builder. Times do not count: they do not to its cache. */
  readonly content: string;
  /** Changes with every write to a file, even when the content is the same again afterwards. */
  readonly stamp: string;
  /** Of the files that say which dependencies are installed; "" where there are none. */
  readonly lockFiles: string;
  readonly files: number;
  /** Of the copy that the builder may keep of the folder; see {@link HashCache}. */
  readonly generation: string;
}

/** Longest time that other work of this process waits. Milliseconds. */
const TURN = 50;

/**
 * Hashes what `docker build` would send of a folder. A file whose size, times and inode are those of the last time is not
 * read again.
 *
 * Measured on 10,000 files of 2 kB, on a busy machine: 1.4 s the first time, 0.3 s then. `git ls-files` with `git status`
 * takes 0.05 s there, but does not see modes, empty folders, and what filters or `assume-unchanged` hide, all of which
 * reach the image.
 *
 * @throws the file system's own error where something cannot be read
 */
export async function hashContext(
  stateDir: string,
  folder: string,
  rules: IgnoreRules,
  signal: AbortSignal,
): Promise<ContextHash> {
  const walk = new Walk(folder, rules, new HashCache(stateDir, folder), signal);
  await walk.folder('', undefined);
  return { ...walk.result(), generation: walk.cache.save() };
}

interface Entry {
  readonly path: string;
  readonly kind: 'folder' | 'file' | 'link' | 'special';
  readonly mode: number;
  /** Of a file its hash, of a link where it leads, of a device its number. */
  readonly content: string;
}

class Walk {
  readonly cache: HashCache;
  readonly #root: string;
  readonly #rules: IgnoreRules;
  readonly #signal: AbortSignal;
  readonly #content = createHash('sha256');
  readonly #stamp = createHash('sha256');
  readonly #locks = createHash('sha256');
  #hasLocks = false;
  #files = 0;
  /** Ignored folders that count as soon as something in them does. */
  readonly #pending: Entry[] = [];
  #turnBegan = performance.now();

  constructor(root: string, rules: IgnoreRules, cache: HashCache, signal: AbortSignal) {
    this.#root = root;
    this.#rules = rules;
    this.cache = cache;
    this.#signal = signal;
  }

  result(): Omit<ContextHash, 'generation'> {
    return {
      content: this.#content.digest('hex'),
      stamp: this.#stamp.digest('hex'),
      lockFiles: this.#hasLocks ? this.#locks.digest('hex') : '',
      files: this.#files,
    };
  }

  async folder(path: string, judged: Judged | undefined): Promise<void> {
    const entries = readdirSync(join(this.#root, path), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      await this.#giveWay();
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      const verdict = judge(this.#rules, inner, judged);
      if (entry.isDirectory()) await this.#subfolder(inner, verdict);
      else if (!verdict.ignored) this.#leaf(inner);
    }
  }

  async #subfolder(path: string, judged: Judged): Promise<void> {
    if (judged.ignored && !mayHoldExceptions(this.#rules, path)) return;
    const entry = { path, kind: 'folder', mode: Number(lstatSync(join(this.#root, path)).mode), content: '' } as const;
    if (judged.ignored) this.#pending.push(entry);
    else this.#count(entry);
    await this.folder(path, judged);
    if (this.#pending.at(-1) === entry) this.#pending.pop();
  }

  #leaf(path: string): void {
    const full = join(this.#root, path);
    const stat = lstatSync(full, { bigint: true });
    this.#files += 1;
    add(this.#stamp, path, `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`);
    const mode = Number(stat.mode);
    if (stat.isSymbolicLink()) this.#count({ path, kind: 'link', mode: 0, content: readlinkSync(full) });
    else if (stat.isFile()) this.#file(path, stat, mode);
    else this.#count({ path, kind: 'special', mode, content: String(stat.rdev) });
  }

  #file(path: string, stat: BigIntStats, mode: number): void {
    const read = () =>
      createHash('sha256')
        .update(readFileSync(join(this.#root, path)))
        .digest('hex');
    const content = this.cache.get(path, stat, read);
    this.#count({ path, kind: 'file', mode, content });
    if (!isLockFile(path)) return;
    this.#hasLocks = true;
    add(this.#locks, path, content);
  }

  #count(entry: Entry): void {
    for (const { path, kind, mode, content } of [...this.#pending.splice(0), entry]) {
      add(this.#content, path, `${kind} ${mode & 0o7777} ${content}`);
    }
  }

  async #giveWay(): Promise<void> {
    if (performance.now() - this.#turnBegan < TURN) return;
    await nextTurn();
    this.#signal.throwIfAborted();
    this.#turnBegan = performance.now();
  }
}

function add(hash: Hash, path: string, what: string): void {
  hash.update(`${path}\0${what}\0`);
}
