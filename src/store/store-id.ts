import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { unusable } from './state-folder.js';

const NAME = 'store-id';
const VALID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Absent on Windows, where nothing is followed that has to be created. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants;

/**
 * The id that marks this store's objects on the engine. It has a file of its own, so that what is there is still known
 * as ours when the database is lost. Undefined when there is none, or none that can be read.
 *
 * @throws STATE_DIR_UNUSABLE when it is a link
 */
export function readStoreId(folder: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(join(folder, NAME), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw unusable(folder, `${NAME} is a symbolic link`);
    throw error;
  }
  try {
    const text = readFileSync(descriptor, 'utf8').trim();
    return VALID.test(text) ? text : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes the id, whole or not at all. Where another process was first, its id stays; what is no id is replaced.
 *
 * @returns the id that is there now
 */
export function writeStoreId(folder: string, id: string): string {
  const file = join(folder, NAME);
  const part = join(folder, `${NAME}.${randomBytes(6).toString('hex')}`);
  try {
    const descriptor = openSync(part, 'wx', 0o600);
    try {
      writeSync(descriptor, `${id}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    try {
      linkSync(part, file); // unlike a rename, this fails when the file is there
    } catch {
      const other = readStoreId(folder);
      if (other !== undefined) return other;
      renameSync(part, file);
    }
    return id;
  } finally {
    rmSync(part, { force: true });
  }
}
