import { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { Binding, LeaseRecord, Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { Waits } from '../domain/wait.js';
import type { Ending, Engine } from '../engine/engine.js';
import { withFileLock } from '../store/file-lock.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Config } from './config.js';
import { leaseFolder } from './lease-folder.js';
import { readBack } from './read-back.js';
import { ReadyWait } from './ready-wait.js';
import { reap } from './reap.js';
import { maskedError, modelMasker } from './secrets.js';
import { explained } from './situation.js';
import { startServices } from './start.js';

/**
 * From the gentlest to the hardest; the next one is tried when the services do not become ready after one. Each is tried
 * once: what did not help a moment ago is not what helps now.
 */
const RUNGS = ['restart', 'recreate', 'reconnect', 'recreate-all'] as const;
export type Rung = (typeof RUNGS)[number];

export interface Climb {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly record: LeaseRecord;
  readonly model: ComposeModel;
  readonly services: readonly string[];
  /** What Compose reads where that is not what the lease's own files say now. */
  readonly files?: Spec;
  /** Only these containers of the services are restarted; all by default. */
  readonly containers?: readonly string[];
  readonly waits: Waits;
  /** For each rung, until the services are ready. Milliseconds. */
  readonly waitTimeout: number;
  /** The means that are tried; all of them by default. */
  readonly rungs?: readonly Rung[];
  readonly signal: AbortSignal;
}

/** Runs what brings services of an environment back while no other process does the same to it. */
export function alone<T>(
  { config, record, signal }: Pick<Climb, 'config' | 'record' | 'signal'>,
  work: () => Promise<T>,
) {
  return withFileLock(config.stateDir, `restart-${record.id}`, signal, work);
}

/**
 * Brings services back, by the gentlest means that makes them ready again. Each try is recorded in the history.
 *
 * @throws SERVICE_FAILED, START_FAILED or READY_TIMEOUT of the last rung, LEASE_LOST, or the signal's reason
 */
export async function climb(task: Climb): Promise<{ rung: Rung; record: LeaseRecord }> {
  const { store, record, services } = task;
  let failure: EnvironmentError | undefined;
  for (const rung of task.rungs ?? RUNGS) {
    try {
      failure = await failureOf(task, rung);
    } finally {
      await assertHeld(task);
    }
    if (!failure) {
      store.note(record, 'restarted', { rung, services });
      return { rung, record: await rebound(task) };
    }
    store.note(record, 'restart-failed', { rung, services, code: failure.code });
  }
  throw failure;
}

/** What one means has come to: undefined when the services are ready again. */
async function failureOf(task: Climb, rung: Rung): Promise<EnvironmentError | undefined> {
  try {
    await step(task, rung);
    return undefined;
  } catch (error) {
    task.signal.throwIfAborted();
    if (!(error instanceof EnvironmentError)) throw error;
    return accounted(task, error);
  }
}

/** The failure with what only we know: the service, and who is in the way. Passwords are hidden. */
export async function accounted(
  task: Pick<Climb, 'config' | 'engine' | 'store' | 'record' | 'model' | 'signal'>,
  error: EnvironmentError,
): Promise<EnvironmentError> {
  const { record, model, config, signal } = task;
  const situation = { ...task, lease: record, bindings: record.bindings };
  return maskedError(await explained(situation, error, signal), modelMasker(model, config.env));
}

/**
 * Somebody may have ended the environment meanwhile, and what was made anew since then nobody else would remove.
 *
 * @throws LEASE_LOST
 */
export async function assertHeld({
  config,
  engine,
  store,
  record,
}: Pick<Climb, 'config' | 'engine' | 'store' | 'record'>): Promise<void> {
  const { id, project, generation } = record;
  if (store.find(id)?.generation === generation) return;
  await reap(config, engine, record, { emptyScans: 2 });
  throw new EnvironmentError('LEASE_LOST', { project, generation });
}

/** One means, and the wait until the services are ready after it. */
async function step(task: Climb, rung: Rung): Promise<void> {
  const { engine, record, waits } = task;
  const model = only(task.model, rung === 'recreate-all' ? Object.keys(task.model.services) : task.services);
  const wait = new ReadyWait({ ...task, model, step: 'start' });
  await wait.run(async (signal) => {
    await apply(task, rung, signal);
    const { onVerdict } = wait;
    await startServices({ engine, lease: record, model, waits, onEvent: () => {}, onVerdict, signal });
  });
}

async function apply(task: Climb, rung: Rung, signal: AbortSignal): Promise<void> {
  const { config, engine, record, model, services } = task;
  if (rung === 'recreate' || rung === 'recreate-all') {
    const overrideFile = `${leaseFolder(config, record)}/override.yml`;
    const names = rung === 'recreate' ? services : Object.keys(model.services);
    await engine.recreate(task.files ?? record.spec, record.project, overrideFile, names, endingOf(record), signal);
    return;
  }
  const containers = await engine.containers({ [LABEL.lease]: record.id }, signal);
  const gone = services.find((name) => !containers.some((c) => c.service === name));
  if (gone !== undefined) {
    throw new EnvironmentError('SERVICE_FAILED', { service: gone, reason: 'has no container any more', evidence: '' });
  }
  const chosen = (id: string) => task.containers?.includes(id) ?? true;
  const own = containers.filter((c) => services.includes(c.service) && chosen(c.id));
  if (rung === 'reconnect') for (const { id } of own) await engine.reconnect(id, signal);
  await Promise.all(own.map(({ id }) => engine.restart(id, endingOf(record), signal)));
}

/** Who keeps volumes may write down first what it has only in memory; what a test leaves is nobody's loss. */
export function endingOf({ spec }: Pick<LeaseRecord, 'spec'>): Ending {
  return spec.keepsVolumes ? 'ask' : 'kill';
}

/** The model of some services; what they depend on is not waited for again. */
export function only(model: ComposeModel, services: readonly string[]): ComposeModel {
  const picked = Object.entries(model.services).filter(([name]) => services.includes(name));
  return { ...model, services: Object.fromEntries(picked.map(([name, { depends_on: _, ...rest }]) => [name, rest])) };
}

/** The engine gives a restarted container other ports where it had chosen them itself. */
export async function rebound({
  engine,
  store,
  record,
  model,
  signal,
}: Pick<Climb, 'engine' | 'store' | 'record' | 'model' | 'signal'>): Promise<LeaseRecord> {
  if (record.ports !== null || record.bindings.length === 0) return record;
  const planned = record.bindings.map((binding): Binding => ({ ...binding, port: 0 }));
  const bindings = await readBack(engine, record, model, planned, 'ephemeral', signal);
  return store.rebind(record, bindings);
}
