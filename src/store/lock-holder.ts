import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';

/** Who holds a lock of the database, for people: "pid 812 (node worker.mjs)". Only Linux tells; else "another process". */
export function lockHolder(file: string): string {
  try {
    // The write lock of a database with a write-ahead log is on its -shm file.
    const inodes = [file, `${file}-shm`].flatMap((path) => {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false });
      return found ? [String(found.ino)] : [];
    });
    const pids = holders(readFileSync('/proc/locks', 'utf8'), inodes).filter((pid) => pid !== process.pid);
    return pids.length === 0 ? 'another process' : [...new Set(pids)].map(describe).join(', ');
  } catch {
    return 'another process';
  }
}

/** Lines of /proc/locks: "2: POSIX  ADVISORY  WRITE 812 fe:00:2188641 120 120"; with "->" for those who wait. */
export function holders(locks: string, inodes: readonly string[]): number[] {
  return locks.split('\n').flatMap((line) => {
    const match = /^\d+: (?:POSIX|OFDLCK)\s+\S+\s+WRITE\s+(\d+)\s+\S+:(\d+)\s/.exec(line);
    return match && inodes.includes(match[2] as string) && match[1] !== '0' ? [Number(match[1])] : [];
  });
}

function describe(pid: number): string {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, 2);
  return `pid ${pid} (${words
    .filter((word) => word !== '')
    .map((word) => basename(word))
    .join(' ')})`;
}
