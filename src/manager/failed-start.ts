import { formatDuration } from '../domain/duration.js';
import { CATALOGUE, EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { Engine } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Config } from './config.js';
import { collectDossier, type Dossier } from './dossier.js';
import type { JournalEntry } from './journal.js';
import { thisSession } from './machine.js';
import { maskedError, modelMasker } from './secrets.js';

/** Long enough for a look, short enough not to be forgotten. Milliseconds. */
const KEPT_FOR = 30 * 60_000;
/** Somebody who aborts wants an end, not a report. Milliseconds. */
const ABORTED_BUDGET = 1000;
/** What is known without the engine is written at once. Milliseconds. */
const NO_ENGINE_BUDGET = 1;
/** After any other failure the engine has just answered, and a slow answer is that of a busy machine. */
const MAY_BE_GONE: readonly string[] = ['READY_TIMEOUT', 'ENGINE_UNAVAILABLE', 'ENGINE_HUNG', 'ABORTED'];
/** A healthy engine answers in 2 ms, on a crowded machine in some 100 ms. Milliseconds. */
const ALIVE = 400;
/** Who aborts may have a healthy engine, and wants nothing left: it is given more time to say so. Milliseconds. */
const ALIVE_WHEN_ABORTED = 1500;
/** Steps in which containers can be there. */
const WITH_CONTAINERS: readonly (string | undefined)[] = ['create', 'copy', 'seed', 'start', 'verify', 'hook'];

interface FailedStart {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  /** As it was claimed. */
  readonly lease: LeaseRecord;
  readonly model: ComposeModel;
  readonly journal: readonly JournalEntry[];
  readonly keep: boolean;
}

/**
 * Before a failed start is taken down: collects the dossier, and puts its summary and its path into the error. With
 * `keep` the environment is handed over instead. An engine that does not answer within {@link ALIVE} can tell nothing
 * and remove nothing: the lease is left to the next sweep, so that a hanging engine holds nobody up, at whatever step.
 * Never throws.
 */
export async function failedStart(task: FailedStart, error: unknown): Promise<{ error: unknown; teardown: boolean }> {
  if (!(error instanceof EnvironmentError)) return { error, teardown: true };
  const aborted = error.code === 'ABORTED';
  const patience = aborted ? ALIVE_WHEN_ABORTED : ALIVE;
  const alive = !MAY_BE_GONE.includes(error.code) || (await answers(task.engine, patience));
  if (!WITH_CONTAINERS.includes(error.step)) {
    if (!alive) leave(task);
    return { error: maskedError(error, modelMasker(task.model, task.config.env)), teardown: alive };
  }
  const limit = !alive ? { budget: NO_ENGINE_BUDGET } : aborted ? { budget: ABORTED_BUDGET } : {};
  const dossier = await collectDossier({ ...task, error, ...limit });
  if (!alive) {
    leave(task);
    return { error: described(error, dossier, ''), teardown: false };
  }
  const kept = task.keep && !aborted && (dossier.containers?.length ?? 0) > 0 && handOver(task);
  return { error: described(error, dossier, kept ? howToLook(task.lease, dossier) : ''), teardown: !kept };
}

async function answers(engine: Engine, patience: number): Promise<boolean> {
  try {
    await engine.ping(AbortSignal.timeout(patience));
    return true;
  } catch {
    return false;
  }
}

function leave({ config, store, lease }: FailedStart): void {
  const reason = 'the engine does not answer: what was made is removed by the next docker-manual command';
  config.onProgress({ type: 'left', project: lease.project, reason });
  const held = store.find(lease.id);
  if (held?.generation === lease.generation) store.transition(held, 'failed', { reason });
}

/** False when the lease is not ours any more, or the store does not answer: then the teardown is right. */
function handOver({ config, store, lease }: FailedStart): boolean {
  try {
    const held = store.find(lease.id);
    if (held?.generation !== lease.generation) return false;
    store.keep(held, thisSession(held.owner.command, config.env), Date.now() + KEPT_FOR);
    config.onProgress({ type: 'left', project: lease.project, reason: `kept running for ${formatDuration(KEPT_FOR)}` });
    return true;
  } catch {
    return false;
  }
}

function howToLook(lease: LeaseRecord, { containers = [] }: Dossier): string {
  return [
    `\n  kept for ${formatDuration(KEPT_FOR)}, to be looked at:`,
    ...containers.map((name) => `\n    docker exec -it ${name} sh`),
    `\n    docker-manual stop ${lease.project}`,
  ].join('');
}

function described(error: EnvironmentError, dossier: Dossier, look: string): EnvironmentError {
  const { folder, summary, masker } = dossier;
  const path = folder === undefined ? '' : `\n  full logs: ${folder}`;
  const hasPlace = CATALOGUE[error.code].message.includes('{evidence}');
  const { cause, step, params: shown } = maskedError(error, masker);
  const params = hasPlace ? { ...shown, evidence: `${summary}${path}${look}` } : shown;
  return new EnvironmentError(error.code, params, { cause, step, dossier: folder });
}
