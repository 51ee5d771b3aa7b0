import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'reserve';
/**
 * Enough to open the database on a full disk (32 KiB of shared memory) and to end some fifty environments in it. Measured
 * on a full tmpfs: without it a new process can open nothing, and one that has it open can delete nothing. Bytes.
 */
const SIZE = 1024 * 1024;
/** A disk with less than this is left alone. Bytes. */
const NEEDED = 4 * SIZE;

/**
 * Makes sure that the state folder holds a piece of the disk that can be given up, so that environments can be ended
 * when the disk is full. Random bytes, because file systems that compress would keep nothing for others.
 *
 * @returns false when there is no room for it
 */
export function keepReserve(folder: string): boolean {
  const file = join(folder, NAME);
  if (existsSync(file)) return true;
  try {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < NEEDED) return false;
    writeFileSync(file, randomBytes(SIZE), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return true; // another process was first
    rmSync(file, { force: true });
    return false;
  }
}

/** Gives the reserve up. @returns false when there is none */
export function spendReserve(folder: string): boolean {
  const file = join(folder, NAME);
  if (!existsSync(file)) return false;
  rmSync(file, { force: true });
  return true;
}
