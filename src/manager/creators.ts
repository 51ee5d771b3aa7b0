import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseRecord } from '../domain/lease.js';
import type { Config } from './config.js';
import { leaseFolder } from './lease-folder.js';

/**
 * Ends what still creates objects for a lease: the `docker compose` of an owner that was killed goes on for up to 3.5 s
 * and finishes the environment. Such a process is known for sure by its arguments: nobody but us passes the override
 * file of this lease.
 *
 * @returns how many were ended
 */
export function endCreators(config: Config, lease: LeaseRecord): number {
  const override = join(leaseFolder(config, lease), 'override.yml');
  const found = processes().filter(({ args }) => args.includes(override));
  for (const { pid } of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  }
  return found.length;
}

interface RunningProcess {
  readonly pid: number;
  readonly args: readonly string[];
}

function processes(): RunningProcess[] {
  if (process.platform === 'linux') return fromProc();
  return process.platform === 'win32' ? [] : fromPs();
}

function fromProc(): RunningProcess[] {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return numbers.flatMap((number) => {
    try {
      return [{ pid: Number(number), args: readFileSync(`/proc/${number}/cmdline`, 'utf8').split('\0') }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

/** The arguments come joined by spaces; a path of ours with a space in it is then not found, and the next scan helps. */
function fromPs(): RunningProcess[] {
  const text = execFileSync('ps', ['-Awwo', 'pid=,command='], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  return text.split('\n').flatMap((line) => {
    const [pid, ...args] = line.trim().split(/\s+/);
    return pid ? [{ pid: Number(pid), args }] : [];
  });
}
