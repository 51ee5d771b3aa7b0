import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EditionChange, editionChange } from '../../domain/edition-change.js';
import { EnvironmentError } from '../../domain/errors.js';
import { LABEL } from '../../domain/labels.js';
import type { LeaseRecord, Spec } from '../../domain/lease.js';
import { levels } from '../../domain/order.js';
import type { Override } from '../../domain/override.js';
import type { Timeline } from '../../domain/timeline.js';
import type { Engine } from '../../engine/engine.js';
import { imagesIn, renderOverride, withImages } from '../../engine/override-file.js';
import type { LeaseStore } from '../../store/lease-store.js';
import type { Config } from '../config.js';
import { endCreators } from '../creators.js';
import { abortError, DEFAULT_WAIT_TIMEOUT } from '../deadline.js';
import { collectDossier } from '../dossier.js';
import { type Climb, climb } from '../ladder.js';
import { leaseFolder } from '../lease-folder.js';
import { readBack } from '../read-back.js';
import { modelOf, resolveModel } from '../resolve.js';
import { type Edition, forgetEdition, isBeingChanged, promoteEdition, readEdition, writeEdition } from './edition.js';

export interface ChangeTask {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly record: LeaseRecord;
  /** For each level of services, until they are ready. Milliseconds. */
  readonly waitTimeout: number;
  readonly signal: AbortSignal;
}

/** What a change is called: "updated". */
export type ChangeName = 'updated' | 'rolled back';

/**
 * Makes a running environment into another edition of itself: new containers for what is different, in the order of
 * what they depend on, each level ready before the next. The next edition stands in the lease's folder before the first
 * container goes; when it does not become ready, or its maker dies, the present one is brought back.
 *
 * @throws UPDATE_FAILED saying whether what was there runs again, LEASE_LOST
 */
export async function changeTo(
  task: ChangeTask,
  name: ChangeName,
  present: Edition,
  next: Edition,
): Promise<{ record: LeaseRecord; change: EditionChange }> {
  const change = editionChange(present.makings, next.makings);
  writeEdition(task, 'next', next);
  let timeline: Timeline | null;
  try {
    await make(task, next, change.changed);
    await removeContainers(task, change.removed);
    timeline = await timelineNow(task, next);
  } catch (error) {
    throw await failed(task, name, present, change, error);
  }
  const bindings = await boundNow(task, next);
  const detail = { services: change.changed, removed: change.removed };
  const { spec, sharedKey } = next;
  writeEdition(task, 'former', present);
  const record = task.store.amend(task.record, { spec, sharedKey, bindings, timeline }, name, detail);
  promoteEdition(task);
  return { record, change };
}

/**
 * Brings an environment back to its present edition after somebody has died over changing it. Does nothing where nobody
 * has.
 *
 * @throws UPDATE_FAILED
 */
export async function undoInterrupted(task: ChangeTask): Promise<void> {
  if (!isBeingChanged(task)) return;
  const [present, next] = [readEdition(task, 'present'), readEdition(task, 'next')];
  endCreators(task.config, task.record);
  if (present && next) {
    const { changed, removed } = editionChange(present.makings, next.makings);
    const restored = await broughtBack(task, present, { changed, removed });
    if (restored) throw new EnvironmentError('UPDATE_FAILED', interruptedParams(task, restored), { cause: restored });
    task.store.note(task.record, 'restored', { reason: 'who changed it has died over it' });
  }
  forgetEdition(task, 'next');
}

function interruptedParams({ record: { project } }: ChangeTask, reason: Error) {
  const after = 'Who changed it has died over it, and what was there before does not come back';
  return { project, what: 'restored', reason: reason.message, after, evidence: '' };
}

/** New containers of the edition, level by level. */
async function make(task: ChangeTask, edition: Edition, services: readonly string[]): Promise<void> {
  const folder = leaseFolder(task.config, task.record);
  writeFileSync(join(folder, 'override.yml'), edition.override, { mode: 0o600 });
  await withFiles(task, edition, async (files) => {
    for (const level of levels(edition.model, services)) await climb(climbing(task, edition, level, files));
  });
}

function climbing(task: ChangeTask, edition: Edition, services: readonly string[], files: Spec): Climb {
  const { model, asked } = edition;
  return { ...task, model, services, files, waits: asked.waits ?? {}, rungs: ['recreate'] };
}

/**
 * What Compose is to read for an edition: the user's files as long as they say that; else its model, in a file that is
 * there only meanwhile.
 */
export async function withFiles<T>(
  { config, engine, record, signal }: Pick<ChangeTask, 'config' | 'engine' | 'record' | 'signal'>,
  edition: Edition,
  work: (files: Spec) => Promise<T>,
): Promise<T> {
  const { spec, model } = edition;
  const now = await resolveModel(config, engine, spec, signal).catch(() => undefined);
  if (now && JSON.stringify(modelOf(now, record.project)) === JSON.stringify(model)) return work(spec);
  const file = join(leaseFolder(config, record), 'model.yml');
  try {
    writeFileSync(file, renderOverride(model as unknown as Override), { mode: 0o600 });
    return await work({ ...spec, files: [file], envFiles: [] });
  } finally {
    rmSync(file, { force: true });
  }
}

async function removeContainers({ engine, record, signal }: ChangeTask, services: readonly string[]): Promise<void> {
  if (services.length === 0) return;
  const all = await engine.containers({ [LABEL.lease]: record.id }, signal);
  const gone = all.filter(({ service }) => services.includes(service));
  await Promise.all(gone.map(({ id }) => engine.removeContainer(id, signal)));
}

/** What the engine has given, where it chooses the ports. */
async function boundNow({ engine, record, signal }: ChangeTask, { bindings, model, asked }: Edition) {
  return asked.portMode === 'ephemeral' ? readBack(engine, record, model, bindings, 'ephemeral', signal) : bindings;
}

/** Its services are those of the edition: a new one has no times, since the start did not wait for it. */
async function timelineNow({ engine, record, signal }: ChangeTask, { model }: Edition): Promise<Timeline | null> {
  if (!record.timeline) return null;
  const all = await engine.containers({ [LABEL.lease]: record.id }, signal);
  const completed = new Set(all.flatMap(({ service, text }) => (text.startsWith('Exited (0)') ? [service] : [])));
  const known = record.timeline.services;
  const services = Object.keys(model.services).map((name) => {
    const state = completed.has(name) ? ('completed' as const) : ('running' as const);
    return [name, known[name] ?? { created: 0, started: 0, ready: 0, state, after: [] }] as const;
  });
  return { ...record.timeline, services: Object.fromEntries(services) };
}

/** Brings back what was there, and says what has become of it; the evidence is collected before that. */
async function failed(
  task: ChangeTask,
  name: ChangeName,
  present: Edition,
  change: EditionChange,
  cause: unknown,
): Promise<unknown> {
  const { config, engine, store, record, signal } = task;
  // It is somebody else's by now: nothing may be made for it any more.
  if (cause instanceof EnvironmentError && cause.code === 'LEASE_LOST') return cause;
  const error = cause instanceof EnvironmentError ? cause : abortError(signal, 'start');
  const { model } = readEdition(task, 'next') ?? present;
  const dossier = signal.aborted
    ? undefined
    : await collectDossier({ config, engine, lease: record, model, error, journal: [] });
  const undone = await broughtBack(task, present, change);
  if (!undone) forgetEdition(task, 'next');
  store.note(record, 'update-failed', { code: error.code, restored: undone === undefined });
  if (!undone && (signal.aborted || !(cause instanceof EnvironmentError))) return signal.aborted ? error : cause;
  const after = undone
    ? `What was there before could not be brought back: ${undone.message}`
    : 'What was there before runs again';
  const path = dossier?.folder === undefined ? '' : `\n  full logs: ${dossier.folder}`;
  const evidence = `${dossier?.summary ?? ''}${path}`;
  const reason = dossier?.masker.text(error.message) ?? error.message;
  const params = { project: record.project, what: name, reason, after, evidence };
  return new EnvironmentError('UPDATE_FAILED', params, { cause, dossier: dossier?.folder });
}

/** @returns why that was not possible */
async function broughtBack(task: ChangeTask, present: Edition, change: EditionChange): Promise<Error | undefined> {
  // Also after an abort: what is half changed is nobody's wish.
  const signal = new AbortController().signal;
  const patient = { ...task, signal, waitTimeout: Math.max(task.waitTimeout, DEFAULT_WAIT_TIMEOUT) };
  try {
    const edition = await withFormerImages(patient, present);
    const there = Object.keys(present.makings);
    await make(
      patient,
      edition,
      [...change.changed, ...change.removed].filter((name) => there.includes(name)),
    );
    await removeContainers(
      patient,
      change.changed.filter((name) => !there.includes(name)),
    );
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * The edition with the very images that it ran, also where their names have gone to others meanwhile.
 *
 * @throws IMAGE_GONE
 */
export async function withFormerImages(
  { engine, record, signal }: Pick<ChangeTask, 'engine' | 'record' | 'signal'>,
  edition: Edition,
): Promise<Edition> {
  const pinned: Record<string, string> = {};
  for (const [service, { image, imageId }] of Object.entries(edition.makings)) {
    if (imageId === null || (await engine.image(image, signal))?.id === imageId) continue;
    if (!(await engine.image(imageId, signal))) {
      throw new EnvironmentError('IMAGE_GONE', { service, project: record.project, image, id: imageId });
    }
    pinned[service] = imageId;
  }
  if (Object.keys(pinned).length === 0) return edition;
  const makings = Object.entries(edition.makings).map(([service, making]) => {
    return [service, { ...making, image: pinned[service] ?? making.image }] as const;
  });
  const override = withImages(edition.override, { ...imagesIn(edition.override), ...pinned });
  return { ...edition, override, makings: Object.fromEntries(makings) };
}
