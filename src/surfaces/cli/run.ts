import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import {
  type AcquireOptions,
  createManager,
  EnvironmentError,
  type Lease,
  type Manager,
  type OnUnhealthy,
} from '../../index.js';
import { shownOnOneLine } from '../shown.js';
import { type AcquireFlags, acquireOptions, type ManagerFlags, renderedOptions } from './acquire-options.js';
import { type LoudnessFlags, progressRenderer } from './render-progress.js';
import { abortOnSignals } from './signals.js';

interface RunFlags extends AcquireFlags, ManagerFlags, LoudnessFlags {
  readonly redirect?: boolean;
  readonly onUnhealthy?: OnUnhealthy;
  readonly onUnavailable: 'fail' | 'skip';
}

/** Acquires, runs the command with the addresses in its environment, releases, and ends with the command's own code. */
export async function run(command: readonly string[], flags: RunFlags): Promise<void> {
  const render = progressRenderer(process.stderr, flags);
  const manager = createManager(renderedOptions(flags, render));
  const signals = abortOnSignals();
  try {
    const owner = `docker-manual run -- ${command[0]}`;
    const { onUnhealthy } = flags;
    const options = { ...acquireOptions(flags), ...(onUnhealthy ? { onUnhealthy } : {}), owner, signal: signals };
    const missing = flags.onUnavailable === 'skip' ? await missingEngine(manager, options) : undefined;
    if (missing) {
      render.end();
      const line = `skipped, not run: ${command.join(' ')}: ${missing.message}`;
      process.stderr.write(`${shownOnOneLine(line)}\n`);
      return;
    }
    await using lease = await manager.acquire(options);
    render.end();
    process.exitCode = await runCommand(command, environmentOf(lease, flags.redirect === true));
  } finally {
    render.end();
    await manager.close();
  }
}

async function missingEngine(
  manager: Manager,
  { startEngine, signal }: Pick<AcquireOptions, 'startEngine'> & { readonly signal: AbortSignal },
): Promise<EnvironmentError | undefined> {
  const answer = await manager.available({ signal, ...(startEngine === undefined ? {} : { startEngine }) });
  return answer.available ? undefined : answer.error;
}

function environmentOf(lease: Lease, redirect: boolean): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ...lease.env };
  if (!redirect) return env;
  const redirected = lease.redirect(env);
  for (const port of redirected.ambiguous) {
    process.stderr.write(`port ${port} is published by two services: it is not redirected\n`);
  }
  return { ...env, ...redirected.env };
}

/**
 * @returns the command's exit code, 128 + n when a signal ended it
 * @throws OPTION_INVALID when there is no such command
 */
function runCommand([file, ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file as string, args, { stdio: 'inherit', env });
    // A terminal's Ctrl-C reaches the child by itself; what is sent to us alone has to be passed on.
    const forward = (signal: NodeJS.Signals) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of forwarded) process.on(signal, forward);
    child.on('error', (cause) => {
      const reason = `cannot be run: ${cause.message}`;
      reject(new EnvironmentError('OPTION_INVALID', { option: String(file), reason, command: 'run' }, { cause }));
    });
    child.on('exit', (code, signal) => {
      for (const each of forwarded) process.off(each, forward);
      resolve(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 0));
    });
  });
}
