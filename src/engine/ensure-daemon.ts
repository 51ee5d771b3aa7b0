import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../domain/errors.js';
import { connectEngine } from './docker-engine.js';
import { resolveEndpoint } from './endpoint.js';
import type { Engine } from './engine.js';
import { type MachineFacts, machineFacts } from './machine-facts.js';
import { type StartMethod, startMethods } from './start-methods.js';

/** For all ways together: a virtual machine that boots cold needs up to a minute. Milliseconds. */
const START_TIMEOUT = 120_000;
/** Between two looks at an engine that is coming up, which tells nobody when it is there. Milliseconds. */
const PAUSE = 250;
const WINDOWS = process.platform === 'win32';

export interface EnsureOptions {
  readonly signal: AbortSignal;
  /** Told each command before it is run. */
  readonly onAttempt?: (command: string) => void;
  readonly facts?: MachineFacts;
}

/**
 * The engine, started where it does not run: way after way, until one makes it answer. The endpoint is resolved anew
 * after each, because an engine that was not there brings its own socket.
 *
 * @throws ENGINE_START_FAILED with what became of each way, CONTEXT_UNKNOWN, or the signal's reason
 */
export async function ensureDaemon(env: NodeJS.ProcessEnv, options: EnsureOptions): Promise<Engine> {
  const { facts = machineFacts(env), onAttempt } = options;
  const limit = AbortSignal.timeout(START_TIMEOUT);
  const signal = AbortSignal.any([options.signal, limit]);
  const endpoint = resolveEndpoint(env, facts);
  const already = await answering(env, facts, 0, signal);
  if (typeof already !== 'string') return already; // another process has started it meanwhile
  const attempts: string[] = [];
  for (const method of startMethods(endpoint, facts)) {
    if (limit.aborted) break;
    const command = method.command.join(' ');
    onAttempt?.(command);
    const outcome = (await run(method, env, signal)) ?? (await answering(env, facts, method.patience, signal));
    options.signal.throwIfAborted();
    if (typeof outcome !== 'string') return outcome;
    attempts.push(`\n  ${command}: ${outcome}`);
  }
  throw new EnvironmentError('ENGINE_START_FAILED', {
    endpoint: endpoint.described,
    attempts: attempts.join('') || '\n  nothing on this machine would start it',
  });
}

/** The engine as soon as it answers, else why it does not after `patience` milliseconds. One look at least. */
async function answering(
  env: NodeJS.ProcessEnv,
  facts: MachineFacts,
  patience: number,
  signal: AbortSignal,
): Promise<Engine | string> {
  const end = performance.now() + patience;
  for (;;) {
    const engine = connectEngine(env, facts);
    try {
      await engine.ping(signal);
      return engine;
    } catch (error) {
      if (signal.aborted || performance.now() >= end) return `it has ended, but: ${(error as Error).message}`;
    }
    await sleep(PAUSE, undefined, { signal }).catch(() => {}); // aborted: seen by the next look
  }
}

/**
 * Runs one command to its end. It has no terminal that it could ask for a password on. Its output goes to a file: what
 * it leaves running in the background keeps a pipe open, and dies of one that was closed.
 *
 * @returns what went wrong, in one line; undefined when it ended well
 */
async function run({ command }: StartMethod, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'docker-manual-start-'));
  const log = join(folder, 'output');
  const output = openSync(log, 'w', 0o600);
  const [file, ...args] = command;
  try {
    const ended = await new Promise<string | undefined>((resolve) => {
      const child = spawn(file, args, {
        stdio: ['ignore', output, output],
        env,
        windowsHide: true,
        detached: !WINDOWS,
      });
      const stop = () => {
        endGroup(child);
        resolve('it did not end in time');
      };
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      child.on('error', (error) => resolve(error.message));
      child.on('exit', (code, killedBy) => {
        signal.removeEventListener('abort', stop);
        resolve(code === 0 ? undefined : `it ended with ${killedBy ?? code}`);
      });
    });
    const said = lastLine(readFileSync(log, 'utf8'));
    return ended === undefined || said === '' ? ended : `${ended}: ${said}`;
  } finally {
    closeSync(output);
    rmSync(folder, { recursive: true, force: true });
  }
}

function endGroup(child: ChildProcess): void {
  if (WINDOWS || child.pid === undefined) {
    child.kill();
    return;
  }
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // it has ended already
  }
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '')?.slice(0, 300) ?? '';
}
