import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../../domain/file-errors.js';

/** Bytes. */
const LENGTH = 32;

/**
 * What fingerprints are made with: they stand in labels that everybody can read, and what they are made of holds
 * passwords, which could be guessed and tried otherwise. Lost, it costs the seeds that were made with it.
 *
 * @throws STORE_FULL, STORE_READ_ONLY
 */
export function fingerprintKey(stateDir: string): Buffer {
  const file = join(stateDir, 'fingerprint.key');
  const known = read(file);
  if (known) return known;
  const key = randomBytes(LENGTH);
  try {
    writeFileSync(file, key, { mode: 0o600, flag: 'wx' });
    return key;
  } catch (error) {
    const other = (error as NodeJS.ErrnoException).code === 'EEXIST' ? read(file) : undefined;
    if (other) return other;
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileError(error, file);
    writeFileSync(file, key, { mode: 0o600 }); // somebody was killed while he wrote it
    return key;
  }
}

function read(file: string): Buffer | undefined {
  try {
    const key = readFileSync(file);
    return key.length === LENGTH ? key : undefined;
  } catch {
    return undefined; // nobody has needed it yet
  }
}
