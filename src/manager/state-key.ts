import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../domain/file-errors.js';

/**
 * A secret of the state folder that is made when it is first asked for, the same for all processes: 32 bytes in hex. Lost,
 * it costs what was sealed or named with it.
 *
 * @throws STORE_FULL, STORE_READ_ONLY
 */
export function stateKey(stateDir: string, name: 'fingerprint' | 'pools'): string {
  const file = join(stateDir, `${name}.key`);
  const known = read(file);
  if (isKey(known)) return known;
  const part = join(stateDir, `.${randomBytes(6).toString('hex')}`);
  try {
    writeFileSync(part, randomBytes(32).toString('hex'), { mode: 0o600 });
    if (known === undefined) linkSync(part, file);
    else renameSync(part, file); // it was cut short, by a full disk or by hand
  } catch (error) {
    // Somebody else was first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileError(error, file);
  } finally {
    rmSync(part, { force: true });
  }
  return readFileSync(file, 'utf8');
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // nobody has needed it yet
  }
}

function isKey(text: string | undefined): text is string {
  return /^[0-9a-f]{64}$/.test(text ?? '');
}
