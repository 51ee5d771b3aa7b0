import { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { Binding, LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { ContainerSummary, Engine } from '../engine/engine.js';
import type { Context } from './context.js';
import { Deadline } from './deadline.js';
import { leaseFolder } from './lease-folder.js';
import { readBack } from './read-back.js';
import { modelOf, resolveModel } from './resolve.js';
import { selectHere, selectLeases } from './select.js';
import { startServices } from './start.js';

export interface RestartOptions {
  /** Project or lease id, or the beginning of one; by default the one environment of this folder. */
  readonly name?: string;
  /** Services to restart; by default all that are not done. */
  readonly services?: readonly string[];
  /** For each rung, until the services are ready. Milliseconds; 60 000 by default. */
  readonly waitTimeout?: number;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

export interface Restarted {
  readonly record: LeaseRecord;
  readonly services: readonly string[];
  /** What helped. */
  readonly rung: Rung;
}

/** From the gentlest to the hardest; the next one is tried when the services do not become ready after one. */
const RUNGS = ['restart', 'recreate', 'reconnect', 'recreate-all'] as const;
export type Rung = (typeof RUNGS)[number];

const DEFAULT_WAIT_TIMEOUT = 60_000;

/**
 * Brings services of a running environment back, by the gentlest means that makes them ready again. Each try is
 * recorded in the history.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, SERVICE_FAILED or READY_TIMEOUT of the last rung
 */
export async function restart(context: Context, options: RestartOptions): Promise<Restarted> {
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  const leases = store.list();
  const [lease] =
    options.name === undefined
      ? [selectHere(leases, options.cwd ?? process.cwd())]
      : selectLeases(leases, [options.name]);
  const record = lease as LeaseRecord;
  const signal = options.signal ?? new AbortController().signal;
  const model = modelOf(await resolveModel(context.config, engine, record.spec, signal), record.project);
  const containers = await engine.containers({ [LABEL.lease]: record.id }, signal);
  const services = chosen(model, containers, options.services);
  const task = {
    context,
    engine,
    record,
    model,
    services,
    signal,
    waitTimeout: options.waitTimeout ?? DEFAULT_WAIT_TIMEOUT,
  };
  let failure: unknown;
  for (const rung of RUNGS) {
    try {
      await climb(task, rung);
      store.note(record, 'restarted', { rung, services });
      return { record: await rebound(task), services, rung };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EnvironmentError)) throw error;
      store.note(record, 'restart-failed', { rung, services, code: error.code });
      failure = error;
    }
  }
  throw failure;
}

interface RestartTask {
  readonly context: Context;
  readonly engine: Engine;
  readonly record: LeaseRecord;
  readonly model: ComposeModel;
  readonly services: readonly string[];
  readonly signal: AbortSignal;
  readonly waitTimeout: number;
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

/** One means, and the wait until the services are ready after it. */
async function climb(task: RestartTask, rung: Rung): Promise<void> {
  const { engine, record, model, services, signal } = task;
  using deadline = new Deadline(task.waitTimeout, signal);
  const all = Object.keys(model.services);
  await apply(task, rung, deadline.signal);
  try {
    await startServices({
      engine,
      lease: record,
      model: only(model, rung === 'recreate-all' ? all : services),
      waits: {},
      startedByCompose: Promise.resolve(),
      onEvent: () => {},
      onVerdict: () => {},
      signal: deadline.signal,
    });
  } catch (error) {
    if (!deadline.expired) throw error;
    const params = {
      seconds: task.waitTimeout / 1000,
      services: services.join(', '),
      names: services.join(', '),
      evidence: '',
    };
    throw new EnvironmentError('READY_TIMEOUT', params, { step: 'start' });
  }
}

async function apply(
  { context, engine, record, model, services }: RestartTask,
  rung: Rung,
  signal: AbortSignal,
): Promise<void> {
  if (rung === 'recreate' || rung === 'recreate-all') {
    const overrideFile = `${leaseFolder(context.config, record)}/override.yml`;
    const names = rung === 'recreate' ? services : Object.keys(model.services);
    await engine.recreate(record.spec, record.project, overrideFile, names, signal);
    return;
  }
  const containers = await engine.containers({ [LABEL.lease]: record.id }, signal);
  const own = containers.filter((c) => services.includes(c.service));
  if (rung === 'reconnect') for (const { id } of own) await engine.reconnect(id, signal);
  await Promise.all(own.map(({ id }) => engine.restart(id, signal)));
}

/** The model of some services; what they depend on is not waited for again. */
function only(model: ComposeModel, services: readonly string[]): ComposeModel {
  const picked = Object.entries(model.services).filter(([name]) => services.includes(name));
  return { ...model, services: Object.fromEntries(picked.map(([name, { depends_on: _, ...rest }]) => [name, rest])) };
}

/** The engine gives a restarted container other ports where it had chosen them itself. */
async function rebound({ context, engine, record, model, signal }: RestartTask): Promise<LeaseRecord> {
  if (record.ports !== null || record.bindings.length === 0) return record;
  const planned = record.bindings.map((binding): Binding => ({ ...binding, port: 0 }));
  const bindings = await readBack(engine, record, model, planned, 'ephemeral', signal);
  return (await context.store()).rebind(record, bindings);
}
