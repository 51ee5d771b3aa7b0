import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Hook, type HookPoint, wordsOf } from '../domain/hooks.js';
import { plainText } from '../domain/plain-text.js';

/** Of what a hook writes, the end. Characters. */
const MOST_OUTPUT = 65_536;
/** Between asking a hook to end and ending it. Milliseconds. */
const GRACE = 2000;
/** A process that a hook leaves running may hold its output open: it is not waited for. Milliseconds. */
const LAST_WORDS = 200;

const CALL = `const { default: hook } = await import(process.argv[1]);
if (typeof hook !== 'function') throw new Error('the module has no function as its default export');
await hook({ hook: process.env.DM_HOOK, project: process.env.DM_PROJECT, env: process.env });`;

export interface HookRun {
  readonly point: HookPoint | 'seed';
  readonly hook: Hook;
  /** Of the compose file: a module's path counts from here. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Its end ends the hook, with everything that it has started. */
  readonly signal: AbortSignal;
}

export interface HookResult {
  /** Null when a signal ended it, or it could not be run. */
  readonly exitCode: number | null;
  /** Why it did not end by itself; undefined where it did. */
  readonly reason?: string;
  readonly output: string;
  readonly afterMs: number;
}

/** Runs a hook to its end. Never throws. */
export function runHook({ point, hook, directory, env, signal }: HookRun): Promise<HookResult> {
  const from = performance.now();
  const [program, ...args] = commandOf(hook, directory);
  return new Promise((done) => {
    let output = '';
    const child = spawn(program as string, args, {
      cwd: directory,
      env: { ...env, DM_HOOK: point },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const end = (name: NodeJS.Signals) => endGroup(child.pid, name);
    // Somebody who presses Ctrl-C twice wants an end of everything; in its own group the hook does not hear of it.
    const leave = () => end('SIGKILL');
    process.once('exit', leave);
    const stop = () => {
      end('SIGTERM');
      setTimeout(() => end('SIGKILL'), GRACE).unref();
    };
    const finish = (exitCode: number | null, reason?: string) => {
      signal.removeEventListener('abort', stop);
      process.off('exit', leave);
      const afterMs = Math.round(performance.now() - from);
      done({ exitCode, output: plainText(output), afterMs, ...(reason === undefined ? {} : { reason }) });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-MOST_OUTPUT);
      });
    }
    child.on('error', (error) => finish(null, `cannot be run: ${error.message}`));
    child.on('exit', (code, name) => {
      const reason =
        name === null ? undefined : signal.aborted ? 'was ended: its time was over' : `was ended by ${name}`;
      const late = setTimeout(() => finish(code, reason), LAST_WORDS);
      child.on('close', () => {
        clearTimeout(late);
        finish(code, reason);
      });
    });
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}

function commandOf(hook: Hook, directory: string): readonly string[] {
  if (typeof hook === 'string') return wordsOf(hook) ?? [hook];
  if (!('module' in hook)) return hook;
  return [process.execPath, '--input-type=module', '-e', CALL, pathToFileURL(resolve(directory, hook.module)).href];
}

function endGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, name);
  } catch {
    // it has ended already
  }
}
