import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const LEAVE = new URL('../support/leave-hook.mjs', import.meta.url).pathname;

it('a hook, and what it has started, ends with a process that leaves at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dm-test-'));
  const file = join(folder, 'pids');
  const command = 'sleep 600 & echo $$ $! > part && mv part pids; wait';
  const child = spawn(process.execPath, [LEAVE, folder, command], { stdio: ['pipe', 'inherit', 'inherit'] });
  await expect.poll(() => existsSync(file), { timeout: 30_000 }).toBe(true);
  const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
  expect(pids.map(isRunning)).toEqual([true, true]);
  child.stdin.write('leave\n');
  expect(await once(child, 'exit')).toEqual([130, null]);
  await expect.poll(() => pids.map(isRunning), { timeout: 30_000 }).toEqual([false, false]);
  rmSync(folder, { recursive: true });
});

/** A process that has ended and was not waited for yet is no more. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
