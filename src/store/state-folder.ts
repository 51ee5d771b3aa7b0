import { chmodSync, existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../domain/errors.js';
import { fileError } from '../domain/file-errors.js';
import { networkFileSystem } from './file-system.js';

/** SQLite takes paths of up to 512 bytes and keeps 8 of them for its own endings. */
const LONGEST_PATH = 504;

/**
 * Makes the state folder, or makes sure that it is one: ours alone (0700), no link that somebody else has planted, on a
 * disk whose locks can be trusted.
 *
 * @throws STATE_DIR_UNUSABLE, STORE_READ_ONLY, STORE_FULL
 */
export function prepareFolder(folder: string): void {
  try {
    if (Buffer.byteLength(join(folder, 'store.lock')) > LONGEST_PATH) {
      throw unusable(folder, `SQLite takes no path of more than ${LONGEST_PATH} bytes`);
    }
    makeFolder(folder);
    const found = lstatSync(folder);
    if (found.isSymbolicLink()) throw unusable(folder, 'it is a symbolic link');
    assertOwn(folder, 'it', found.uid);
    if (process.platform !== 'win32' && (found.mode & 0o777) !== 0o700) chmodSync(folder, 0o700);
    const network = networkFileSystem(realpathSync(folder));
    if (network) throw unusable(folder, `it is on ${network}, where SQLite's locks do not hold; take a local disk`);
  } catch (error) {
    throw fileError(error, folder);
  }
}

/**
 * With what is missing above it. Node's own `recursive` goes round for ever, deaf to signals, in a folder that takes no
 * children (/proc; Node 20.20).
 *
 * @throws STATE_DIR_UNUSABLE, and what the system says
 */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && !lstatSync(folder).isFile()) return;
    if (code !== 'ENOENT') throw error;
    const above = dirname(folder);
    if (existsSync(above)) throw unusable(folder, `no folder can be made in ${above}`);
    makeFolder(above);
    makeFolder(folder);
  }
}

/** A file that SQLite is to open is a plain file of ours: SQLite itself would follow a link. @throws STATE_DIR_UNUSABLE */
export function assertPlainFile(folder: string, name: string): void {
  const path = join(folder, name);
  const found = lstatSync(path);
  if (found.isSymbolicLink()) throw unusable(folder, `${name} is a symbolic link`);
  if (!found.isFile()) throw unusable(folder, `${name} is no plain file`);
  assertOwn(folder, name, found.uid);
  if (process.platform !== 'win32' && (found.mode & 0o777) !== 0o600) chmodSync(path, 0o600);
}

export function unusable(folder: string, reason: string): EnvironmentError {
  return new EnvironmentError('STATE_DIR_UNUSABLE', { folder, reason });
}

function assertOwn(folder: string, what: string, uid: number): void {
  const own = process.getuid?.();
  if (own !== undefined && uid !== own) throw unusable(folder, `${what} belongs to user ${uid}, not to ${own}`);
}
