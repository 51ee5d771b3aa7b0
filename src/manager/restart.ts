import { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { ContainerSummary } from '../engine/engine.js';
import type { Context } from './context.js';
import { DEFAULT_WAIT_TIMEOUT } from './deadline.js';
import { alone, type Climb, climb, type Rung } from './ladder.js';
import { selectHere, selectLeases } from './select.js';
import { keepsEditions, readEdition } from './update/edition.js';
import { runningModel } from './update/running.js';

/** What is brought back. */
export interface RestartOptions {
  /** Project or lease id, or the beginning of one; by default the one environment of this folder. */
  readonly name?: string;
  /** Services to restart; by default all that are not done. */
  readonly services?: readonly string[];
  /** One container at a time, each ready again before the next; the first failure stops it. False by default. */
  readonly rolling?: boolean;
  /** For each rung, until the services are ready. Milliseconds; 60 000 by default. */
  readonly waitTimeout?: number;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** What was brought back, and by which means. */
export interface Restarted {
  readonly record: LeaseRecord;
  readonly services: readonly string[];
  /** What helped. */
  readonly rung: Rung;
}

/**
 * Brings services of a running environment back, by the gentlest means that makes them ready again. Each try is
 * recorded in the history.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, SERVICE_FAILED, START_FAILED or READY_TIMEOUT of the last rung; ROLLING_STOPPED
 */
export async function restart(context: Context, options: RestartOptions): Promise<Restarted> {
  const { config } = context;
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  const leases = store.list();
  const [lease] =
    options.name === undefined
      ? [selectHere(leases, options.cwd ?? process.cwd())]
      : selectLeases(leases, [options.name]);
  const record = lease as LeaseRecord;
  const signal = options.signal ?? new AbortController().signal;
  const model = await runningModel({ config, engine, store }, record, signal);
  const containers = await engine.containers({ [LABEL.lease]: record.id }, signal);
  const services = chosen(model, containers, options.services);
  const waitTimeout = options.waitTimeout ?? DEFAULT_WAIT_TIMEOUT;
  const task = { config, engine, store, record, model, services, waits: {}, waitTimeout, signal };
  return { services, ...(await alone(task, () => restartAsItIs(task, options.rolling === true))) };
}

/** Of what it was made of, also where the files say something else by now. */
async function restartAsItIs(task: Climb, rolling: boolean): Promise<{ record: LeaseRecord; rung: Rung }> {
  const bring = async (asked: Climb) => {
    if (!rolling) return climb(asked);
    const { rollThrough } = await import('./rolling.js');
    return { rung: 'restart' as const, record: await rollThrough(asked) };
  };
  if (!keepsEditions(task.record)) return bring(task);
  const { undoInterrupted, withFiles } = await import('./update/change.js');
  await undoInterrupted(task);
  const edition = readEdition(task, 'present');
  return edition ? withFiles(task, edition, (files) => bring({ ...task, files })) : bring(task);
}

/** @throws OPTION_INVALID for a service that the environment does not have */
function chosen(
  model: ComposeModel,
  containers: readonly ContainerSummary[],
  wanted: readonly string[] | undefined,
): readonly string[] {
  const unknown = wanted?.find((name) => !(name in model.services));
  if (unknown !== undefined) {
    const reason = `there is no service "${unknown}" (there are ${Object.keys(model.services).join(', ')})`;
    throw new EnvironmentError('OPTION_INVALID', { option: 'services', reason, command: 'restart' });
  }
  // A one-shot that has done its work is not done again.
  const done = new Set(containers.filter((c) => c.text.startsWith('Exited (0)')).map((c) => c.service));
  return wanted ?? Object.keys(model.services).filter((name) => !done.has(name));
}
