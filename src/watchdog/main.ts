import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineAddress } from '../domain/lease.js';
import { describeOwner } from '../domain/owner.js';
import { identityOf, lifeOf, thisProcess } from '../manager/machine.js';
import { LeaseStore } from '../store/lease-store.js';
import { asOperation } from '../store/operation.js';
import { Watchdog } from './watchdog.js';

/** A dead owner is noticed within this time. More often would cost more than 0.2 % of a core. Milliseconds. */
const ROUND = 600;

const CLI = fileURLToPath(new URL('../surfaces/cli/main.js', import.meta.url));
const stateDir = process.argv[2] as string;
const database = join(stateDir, 'store.db');

/** One command of ours on an engine; resolves to its exit code, whatever came of it. */
function command(
  { environment }: EngineAddress,
  args: readonly string[],
  stdout: 'inherit' | 'ignore',
): Promise<number | null> {
  const env = { ...process.env, ...environment, DOCKER_MANUAL_WATCHDOG: 'off' };
  const child = spawn(process.execPath, [CLI, ...args, '--state-dir', stateDir], {
    stdio: ['ignore', stdout, 'inherit'],
    env,
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(null));
    child.on('exit', (code) => resolve(code));
  });
}

/** Whoever removes the state folder, or puts another database there, wants no watchdog of the old one. */
function inode(): number | undefined {
  return statSync(database, { throwIfNoEntry: false })?.ino;
}

const actor = describeOwner(thisProcess('watchdog'));
const store = new LeaseStore(stateDir);
const watched = inode();
const watchdog = new Watchdog(store, {
  self: identityOf(process.pid),
  lifeOf,
  clean: async ({ engine }) => {
    await command(engine, ['clean'], 'inherit');
  },
  fill: async ({ engine, key }) => (await command(engine, ['pool', 'fill', '--quiet', '--key', key], 'ignore')) === 0,
  now: Date.now,
  steady: () => performance.now(),
});
if (watchdog.begin()) {
  const timer = setInterval(() => {
    if (inode() === watched && asOperation('watch', actor, () => watchdog.round())) return;
    clearInterval(timer);
    store.close();
  }, ROUND);
} else {
  store.close();
}
