import { createHash, type Hash } from 'node:crypto';
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ComposeModel } from '../../domain/model.js';
import { HashCache } from '../build/hash-cache.js';

/** More files than this take longer to look at than a pool saves (13 ms for 1,000). */
const MOST_FILES = 5000;

/** What of the host an environment sees; or why that is too much to look at. */
export type BoundFiles = { readonly hash: string } | { readonly why: string };

/**
 * What is in the files and folders that an environment reads while it runs: those that are bound into it, configs and
 * secrets. Contents count, times do not; a file whose size, times and inode are those of the last look is not read again.
 */
export function hashBoundFiles(stateDir: string, model: ComposeModel): BoundFiles {
  const hash = createHash('sha256');
  for (const source of sourcesOf(model)) {
    const look = new Look(stateDir, source, hash);
    try {
      look.all();
    } catch (error) {
      return { why: `${source} cannot be read: ${(error as Error).message}` };
    }
    if (look.files > MOST_FILES) return { why: `${source} has more than ${MOST_FILES} files` };
  }
  return { hash: hash.digest('hex') };
}

function sourcesOf({ services, volumes = {}, configs = {}, secrets = {} }: ComposeModel): string[] {
  const binds = Object.values(services).flatMap((service) =>
    (service.volumes ?? []).flatMap(({ type, source }) => (type === 'bind' && source ? [source] : [])),
  );
  const devices = Object.values(volumes).flatMap((volume) => volume?.driver_opts?.device ?? []);
  const files = [...Object.values(configs), ...Object.values(secrets)].flatMap((object) => object?.file ?? []);
  return [...new Set([...binds, ...devices.filter((device) => device.startsWith('/')), ...files])].sort();
}

class Look {
  files = 0;
  readonly #root: string;
  readonly #hash: Hash;
  readonly #stateDir: string;
  #cache: HashCache | undefined;

  constructor(stateDir: string, root: string, hash: Hash) {
    this.#stateDir = stateDir;
    this.#root = root;
    this.#hash = hash;
  }

  all(): void {
    const stat = statSync(this.#root, { bigint: true, throwIfNoEntry: false });
    this.#add('', stat ? '' : 'absent');
    if (!stat) return;
    // A single file is read each time: that takes less than the cache's own file.
    if (stat.isDirectory()) this.#cache = new HashCache(this.#stateDir, `bound:${this.#root}`);
    this.#entry('', stat);
    this.#cache?.save();
  }

  #entry(path: string, stat: BigIntStats): void {
    if (this.files++ > MOST_FILES) return;
    const full = join(this.#root, path);
    const mode = `${stat.mode} ${stat.uid} ${stat.gid}`;
    if (stat.isFile()) {
      const read = () => createHash('sha256').update(readFileSync(full)).digest('hex');
      this.#add(path, `file ${mode} ${this.#cache ? this.#cache.get(path, stat, read) : read()}`);
    } else if (stat.isSymbolicLink()) this.#add(path, `link ${readlinkSync(full)}`);
    else if (stat.isDirectory()) {
      this.#add(path, `folder ${mode}`);
      for (const name of readdirSync(full).sort()) {
        const inner = join(path, name);
        this.#entry(inner, lstatSync(join(this.#root, inner), { bigint: true }));
      }
    } else this.#add(path, `special ${mode} ${stat.rdev}`);
  }

  #add(path: string, what: string): void {
    this.#hash.update(`${this.#root}\0${path}\0${what}\0`);
  }
}
