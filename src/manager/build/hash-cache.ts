import { createHash, randomBytes } from 'node:crypto';
import { type BigIntStats, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Younger than this when it was read, a file may be written once more without its times changing: some file systems
 * count whole seconds or two. It is read again then, as git reads "racily clean" files again. Nanoseconds.
 */
const RACY = 2_000_000_000n;

/** Raised when an entry's meaning changes. */
const FORMAT = 1;
/** Of sizes and times that are remembered of one folder's files; a new generation begins then. */
const MOST_LOOKS = 200_000;

interface Remembered {
  /**
   * Of the copy that the builder keeps of the folder. It takes a file for unchanged whose size and time are, and so
   * gives stale code after an edit that keeps both; a new generation gets a new copy.
   */
  readonly generation: number;
  /** Path → size, modification, change of status and inode, as long as which stay the content does; and its hash. */
  readonly files: Readonly<Record<string, readonly [seen: string, hash: string]>>;
  /** Path → size and time → the hash that it had with them, of this generation. */
  readonly looks: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Hashes of a folder's files from one build to the next, in the state folder. */
export class HashCache {
  readonly #path: string;
  readonly #folder: string;
  readonly #before: Remembered;
  readonly #files: Record<string, readonly [string, string]> = {};
  readonly #looks: Record<string, Record<string, string>> = {};
  #changed = false;
  /** A file has another content under the size and time of an earlier one. */
  #deceptive = false;

  constructor(stateDir: string, folder: string) {
    this.#folder = join(stateDir, 'contexts');
    const name = createHash('sha256').update(`${FORMAT}\0${folder}`).digest('hex').slice(0, 16);
    this.#path = join(this.#folder, `${name}.json`);
    this.#before = read(this.#path);
  }

  /** `hash` reads the file; it is called after the file was looked at, so that a later change shows. */
  get(path: string, stat: BigIntStats, hash: () => string): string {
    const seen = `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.ino}`;
    const look = `${stat.size} ${stat.mtimeNs}`;
    const known = own(this.#before.files, path);
    if (known?.[0] === seen) {
      this.#files[path] = known;
      // A new generation's copy holds this file as well.
      this.#looks[path] = { [look]: known[1] };
      return known[1];
    }
    this.#changed = true;
    const readAt = BigInt(Date.now()) * 1_000_000n;
    const fresh = hash();
    if (readAt - stat.ctimeNs > RACY && readAt - stat.mtimeNs > RACY) this.#files[path] = [seen, fresh];
    const before = own(this.#before.looks, path)?.[look];
    if (before !== undefined && before !== fresh) this.#deceptive = true;
    this.#looks[path] = { [look]: fresh };
    return fresh;
  }

  /** A cache that cannot be written costs time, and a new generation each time. @returns the folder's generation */
  save(): string {
    if (!this.#changed) return String(this.#before.generation);
    // Another process may have written it meanwhile.
    const now = this.#deceptive ? { files: {}, looks: {}, generation: this.#before.generation + 1 } : read(this.#path);
    const looks: Record<string, Readonly<Record<string, string>>> = { ...now.looks };
    for (const [path, look] of Object.entries(this.#looks)) looks[path] = { ...looks[path], ...look };
    const tooMany = Object.values(looks).reduce((sum, each) => sum + Object.keys(each).length, 0) > MOST_LOOKS;
    const next: Remembered = tooMany
      ? { generation: now.generation + 1, files: {}, looks: {} }
      : { generation: now.generation, files: this.#files, looks };
    return this.#write(next) ? String(next.generation) : randomBytes(8).toString('hex');
  }

  #write(next: Remembered): boolean {
    const part = join(this.#folder, `.${randomBytes(6).toString('hex')}`);
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(part, JSON.stringify(next), { mode: 0o600 });
      renameSync(part, this.#path);
      return true;
    } catch {
      rmSync(part, { force: true });
      return false;
    }
  }
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** One that was lost may have known of a copy that the builder still has: the next generation is none of the earlier ones. */
function read(path: string): Remembered {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Partial<Remembered> | null;
    if (found?.generation && found.files && found.looks) return found as Remembered;
  } catch {
    // absent, or cut short by a full disk
  }
  return { generation: Date.now(), files: {}, looks: {} };
}
