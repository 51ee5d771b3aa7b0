import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseRecord } from '../domain/lease.js';
import type { Config } from './config.js';
import { leaseFolder, makeLeaseFolder } from './lease-folder.js';

/**
 * The anonymous volumes of a lease, kept in its folder from before the first container is removed until the lease ends:
 * an engine that is restarted over a removal may have removed the container and not its volume, and then nothing on the
 * engine says whose that is.
 */
export class VolumeMemory {
  readonly names: Set<string>;
  readonly #config: Config;
  readonly #lease: LeaseRecord;

  constructor(config: Config, lease: LeaseRecord) {
    this.#config = config;
    this.#lease = lease;
    this.names = new Set(read(join(leaseFolder(config, lease), FILE)));
  }

  add(names: readonly string[]): void {
    const before = this.names.size;
    for (const name of names) this.names.add(name);
    if (this.names.size === before) return;
    try {
      const file = join(makeLeaseFolder(this.#config, this.#lease), FILE);
      writeFileSync(`${file}.new`, JSON.stringify([...this.names]), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch {
      // A full disk must not keep anybody from removing; the engine removes the volumes with their containers.
    }
  }
}

const FILE = 'anonymous-volumes.json';

function read(file: string): string[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as string[];
  } catch {
    return []; // there are none, or the file was never finished
  }
}
