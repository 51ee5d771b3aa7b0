import { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { DataTask } from '../domain/resets/plan.js';
import { KEPT, type ResetOutcome } from '../domain/resets/strategy.js';
import { maskerFor } from '../domain/secrets.js';
import type { ContainerSummary, Engine } from '../engine/engine.js';
import { withFileLock } from '../store/file-lock.js';
import { verified } from './check.js';
import type { Context } from './context.js';
import { abortError, Deadline } from './deadline.js';
import { type WhichEnvironment, withEnvironment } from './leased.js';
import { runningModel } from './update/running.js';

export interface DataOptions extends WhichEnvironment {
  /** How long all of it may take. Milliseconds; 60 000 by default. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** An environment that is known to be itself, ready to be worked on. */
export interface DataWork {
  readonly context: Context;
  readonly engine: Engine;
  readonly record: LeaseRecord;
  readonly model: ComposeModel;
  readonly containers: readonly ContainerSummary[];
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
}

const DEFAULT_TIMEOUT = 60_000;

/**
 * Finds the environment, makes sure that it is still what its lease says, and works on its data.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, ENVIRONMENT_CHANGED, COMPOSE_FILE_INVALID
 */
export function withData<T>(context: Context, options: DataOptions, work: (task: DataWork) => Promise<T>): Promise<T> {
  const signal = options.signal ?? new AbortController().signal;
  return withEnvironment(context, options, async (there, record) => {
    using deadline = new Deadline(options.timeout ?? DEFAULT_TIMEOUT, signal);
    const [engine, store] = await Promise.all([there.engine(), there.store()]);
    const [model, containers] = await Promise.all([
      runningModel({ config: there.config, engine, store }, record, signal),
      verified(there, record, signal),
    ]);
    return await work({
      context: there,
      engine,
      record,
      model,
      containers,
      deadline,
      signal,
    });
  });
}

/**
 * Runs every task, side by side, and waits for all of them also when one has failed.
 *
 * @returns service → what has become of its data. @throws RESET_FAILED, ABORTED
 */
export async function runTasks(
  work: DataWork,
  tasks: readonly DataTask[],
  what: string,
): Promise<Record<string, ResetOutcome>> {
  const results = await Promise.allSettled(
    tasks.map(async (task) => [task.service, await runTask(work, task, what)] as const),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
  return Object.fromEntries(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
}

async function runTask(work: DataWork, task: DataTask, what: string): Promise<ResetOutcome> {
  const run = async () => {
    const running = work.containers.filter((c) => c.service === task.service && c.status === 'running');
    if (running.length === 0) throw failed(work, task.service, what, 'no container of it runs.');
    const chosen = task.where === 'one' ? running.slice(0, 1) : running;
    const outputs = await Promise.all(chosen.map(({ id }) => runCommand(work, task, id, what)));
    return outputs.some((output) => output.split('\n').includes(KEPT)) ? 'kept' : task.outcome;
  };
  if (!task.alone) return run();
  const { context, record, deadline } = work;
  return withFileLock(context.config.stateDir, `data-${record.id}-${task.service}`, deadline.signal, run);
}

/** @returns what it has written */
export async function runCommand(
  work: DataWork,
  { service, command: { command, env, proof } }: Pick<DataTask, 'service' | 'command'>,
  container: string,
  what: string,
): Promise<string> {
  const { engine, deadline, signal } = work;
  try {
    const { exitCode, output } = await engine.exec(container, command, deadline.signal, env);
    if (exitCode === 0 && (proof?.test(output) ?? true)) return output;
    const reason = essence(output) ?? `${command[0]} ended with ${exitCode} and no word.`;
    throw failed(work, service, what, reason);
  } catch (error) {
    if (signal.aborted) throw abortError(signal, 'reset');
    if (deadline.expired) throw failed(work, service, what, `it did not end within ${deadline.ms / 1000} s.`);
    throw error;
  }
}

/** What the container said is the user's own text and may hold their passwords. */
function failed({ record, model }: DataWork, service: string, what: string, reason: string): EnvironmentError {
  const params = { service, project: record.project, what, reason: maskerFor(model).text(reason) };
  return new EnvironmentError('RESET_FAILED', params);
}

/** The first line that is called an error, else the last line. */
function essence(output: string): string | undefined {
  const lines = output.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  return lines.find((line) => /\b(ERROR|FATAL|error)\b/.test(line)) ?? lines.at(-1);
}
