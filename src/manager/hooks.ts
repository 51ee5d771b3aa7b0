import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../domain/errors.js';
import { fileError } from '../domain/file-errors.js';
import { describeHook, HOOKS, type Hook, type HookPoint, type Hooks, wordsOf } from '../domain/hooks.js';
import type { LeaseRecord } from '../domain/lease.js';
import { suggest } from '../domain/suggest.js';
import type { Config } from './config.js';
import type { Context } from './context.js';
import { abortError } from './deadline.js';
import { addressesOf } from './env.js';
import { leaseFolder, makeLeaseFolder } from './lease-folder.js';
import { modelOf, resolveModel } from './resolve.js';
import { runHook } from './run-hook.js';

/** Removing an environment waits no longer than this for a hook. Milliseconds. */
const STOP_LIMIT = 30_000;
/** Lines of a failed hook's output that the error quotes. */
const QUOTED = 10;

/** @throws OPTION_INVALID for a point that there is not, and a hook that could not be run */
export function checkHooks(hooks: Hooks): void {
  for (const [point, hook] of Object.entries(hooks)) {
    const reason = wrongPoint(point) ?? wrongHook(point, hook);
    if (reason !== undefined) {
      throw new EnvironmentError('OPTION_INVALID', { option: 'hooks', reason, command: 'start' });
    }
  }
}

function wrongPoint(point: string): string | undefined {
  if ((HOOKS as readonly string[]).includes(point)) return undefined;
  const near = suggest(point, HOOKS);
  return `there is no "${point}"${near ? `; did you mean "${near}"?` : ` (there are ${HOOKS.join(', ')})`}`;
}

function wrongHook(point: string, hook: Hook): string | undefined {
  if (typeof hook === 'string') {
    return wordsOf(hook) ? undefined : `${point} is not run by a shell; write ["sh", "-c", ${JSON.stringify(hook)}]`;
  }
  const good = Array.isArray(hook) ? hook.length > 0 : typeof (hook as { module?: unknown }).module === 'string';
  return good ? undefined : `${point} is neither a command nor { module: "file" }`;
}

/**
 * Kept beside the lease, readable by its owner only, for whoever releases it. Passwords do not belong into commands.
 *
 * @throws STORE_FULL, STORE_READ_ONLY
 */
export function keepHooks(config: Config, lease: LeaseRecord, hooks: Hooks): void {
  if (Object.keys(hooks).length === 0) return;
  const file = join(makeLeaseFolder(config, lease), 'hooks.json');
  try {
    writeFileSync(file, JSON.stringify(hooks), { mode: 0o600 });
  } catch (error) {
    throw fileError(error, file);
  }
}

/** Empty where there are none, or the file is damaged: a release goes on in any case. */
export function keptHooks(config: Config, lease: Pick<LeaseRecord, 'id'>): Hooks {
  try {
    return JSON.parse(readFileSync(join(leaseFolder(config, lease), 'hooks.json'), 'utf8')) as Hooks;
  } catch {
    return {};
  }
}

export interface HookTask {
  /** Its `onProgress` is told, which writes the hook's output into the dossier. */
  readonly context: Context;
  readonly lease: LeaseRecord;
  readonly hooks: Hooks;
  /** Addresses, once there are some. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Runs what is to run at that point, and notes it in the history. @throws HOOK_FAILED, or the caller's abort */
export async function atPoint(point: HookPoint, task: HookTask, limit: number): Promise<void> {
  const hook = task.hooks[point];
  if (hook !== undefined) await runToEnd(point, hook, task, limit);
}

/** Runs a command of the project with an environment's variables. @throws HOOK_FAILED, or the caller's abort */
export async function runToEnd(
  point: HookPoint | 'seed',
  hook: Hook,
  task: Omit<HookTask, 'hooks'>,
  limit: number,
): Promise<void> {
  const { context, lease, signal } = task;
  const { config } = context;
  const both = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
  const identity = { DM_LEASE: lease.id, DM_STATE_DIR: config.stateDir, DM_PROJECT: lease.project };
  const env = { ...config.env, ...identity, ...task.env };
  const result = await runHook({ point, hook, directory: lease.spec.directory, env, signal: both });
  const { exitCode, output, afterMs } = result;
  config.onProgress({ type: 'hook', project: lease.project, hook: point, exitCode, output, afterMs });
  (await context.store()).note(lease, 'hook', { hook: point, exitCode, ms: afterMs });
  if (exitCode === 0) return;
  if (signal.aborted) throw abortError(signal, 'hook');
  const reason = result.reason ?? `exited with code ${exitCode}`;
  const lines = output
    .trimEnd()
    .split('\n')
    .slice(-QUOTED)
    .filter((line) => line !== '');
  const said = lines.map((line) => `\n    | ${line}`).join('');
  throw new EnvironmentError('HOOK_FAILED', { hook: point, command: describeHook(hook), reason, said, evidence: '' });
}

/** The same where nothing may be held up by a hook: what it fails with is told, and no more. */
export async function atPointCalmly(point: HookPoint, task: HookTask): Promise<void> {
  try {
    await atPoint(point, task, STOP_LIMIT);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    task.context.config.onProgress({ type: 'notice', text: `${task.lease.project}: ${error.message}` });
  }
}

/** The variables of an environment that is being released; only its identity where its files are gone. */
export async function hookVariables(context: Context, lease: LeaseRecord): Promise<Record<string, string>> {
  try {
    const engine = await context.engine();
    const template = await resolveModel(context.config, engine, lease.spec, AbortSignal.timeout(STOP_LIMIT));
    return (await addressesOf(modelOf(template, lease.project), lease, engine.host, context.config.stateDir)).env;
  } catch {
    return {};
  }
}
