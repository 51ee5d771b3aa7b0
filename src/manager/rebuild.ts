import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Makings } from '../domain/edition-change.js';
import { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord, Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import { type BuiltImages, buildImages } from './build/build.js';
import type { Context } from './context.js';
import { DEFAULT_WAIT_TIMEOUT, Deadline } from './deadline.js';
import { IMAGES_TIMEOUT } from './images.js';
import { alone, type Climb, climb, endingOf } from './ladder.js';
import { leaseFolder } from './lease-folder.js';
import { modelOf, resolveModel } from './resolve.js';
import { selectHere } from './select.js';
import { type SpecOptions, specAndModel } from './spec.js';
import { type Edition, keepsEditions, readEdition, writeEdition } from './update/edition.js';
import { runningModel } from './update/running.js';

/** Where the folder has an environment, its files are built and not those given here. */
export interface RebuildOptions extends SpecOptions {
  /** By default all that are built. */
  readonly services?: readonly string[];
  /** Dependencies anew too. */
  readonly noCache?: boolean;
  /** Until the new containers are ready. Milliseconds; 60 000 by default. */
  readonly waitTimeout?: number;
  readonly signal?: AbortSignal;
}

/** What was built, and what was replaced by it. */
export interface Rebuilt {
  /** Service → its image now. */
  readonly images: BuiltImages;
  /** The environment of this folder; null where there is none. */
  readonly record: LeaseRecord | null;
  /** Services whose containers were replaced. */
  readonly replaced: readonly string[];
}

/**
 * Builds, and replaces in the running environment of this folder what has become another image.
 *
 * @throws BUILD_FAILED, LEASE_AMBIGUOUS; SERVICE_FAILED or READY_TIMEOUT, and then what was there before is there again
 */
export async function rebuild(context: Context, options: RebuildOptions): Promise<Rebuilt> {
  const { config } = context;
  const signal = options.signal ?? new AbortController().signal;
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  const record = environmentHere(store.list(), options.cwd ?? process.cwd());
  const files: Spec = record?.spec ?? (await specAndModel(config, engine, options, signal)).files;
  const template = await resolveModel(config, engine, files, signal);
  const model = modelOf(template, record?.project ?? template.name);
  const only = chosen(model, options.services ?? []);
  using limit = new Deadline(IMAGES_TIMEOUT, signal);
  const images = await buildImages({
    ...{ config, engine, store, files, model, only },
    build: options.noCache ? 'all' : 'app',
    kind: options.env ?? 'test',
    pull: false,
    signal: limit.signal,
  });
  if (!record) return { images, record: null, replaced: [] };
  const waitTimeout = options.waitTimeout ?? DEFAULT_WAIT_TIMEOUT;
  const fullModel = await runningModel({ config, engine, store }, record, signal);
  const climbing = { config, engine, store, record, model: fullModel, waits: {}, waitTimeout, signal };
  return { images, ...(await alone(climbing, () => replaceAsItIs(climbing, images))) };
}

/** Undefined where there is none: then there is nothing to be replaced. */
function environmentHere(leases: readonly LeaseRecord[], cwd: string): LeaseRecord | undefined {
  const here = leases.filter(({ spec }) => cwd === spec.directory || cwd.startsWith(`${spec.directory}/`));
  return here.length === 0 ? undefined : selectHere(here, cwd);
}

/** @throws OPTION_INVALID for a service that the files do not build */
function chosen(model: ComposeModel, services: readonly string[]): readonly string[] {
  const built = Object.keys(model.services).filter((name) => model.services[name]?.build);
  const unknown = services.find((name) => !built.includes(name));
  if (unknown === undefined) return services.length > 0 ? services : built;
  const reason = `"${unknown}" is none that the files build (there are ${built.join(', ') || 'none'})`;
  throw new EnvironmentError('OPTION_INVALID', { option: 'services', reason, command: 'rebuild' });
}

/** Where what it was made of is kept, that is what is built anew, and a rollback leads back to it. */
async function replaceAsItIs(task: Omit<Climb, 'services'>, images: BuiltImages) {
  if (!keepsEditions(task.record)) return replace(task, images);
  const { undoInterrupted, withFiles } = await import('./update/change.js');
  await undoInterrupted(task);
  const present = readEdition(task, 'present');
  if (!present) return replace(task, images);
  const result = await withFiles(task, present, (files) => replace({ ...task, files }, images));
  if (result.replaced.length === 0) return result;
  const override = readFileSync(join(leaseFolder(task.config, task.record), 'override.yml'), 'utf8');
  const { imagesIn } = await import('../engine/override-file.js');
  const makings = await rebuiltMakings(task, present, imagesIn(override), result.replaced);
  writeEdition(task, 'former', present);
  writeEdition(task, 'present', { ...present, override, makings, at: Date.now() });
  return result;
}

async function rebuiltMakings(
  { engine, signal }: Pick<Climb, 'engine' | 'signal'>,
  { makings }: Edition,
  images: Readonly<Record<string, string>>,
  replaced: readonly string[],
): Promise<Makings> {
  const entries = replaced.map(async (service) => {
    const image = images[service] ?? '';
    const imageId = (await engine.image(image, signal))?.id ?? null;
    return [service, { fingerprint: makings[service]?.fingerprint ?? '', image, imageId }] as const;
  });
  return { ...makings, ...Object.fromEntries(await Promise.all(entries)) };
}

/** New containers for what has another image now, and for what runs the same; the former ones when those do not get ready. */
async function replace(
  task: Omit<Climb, 'services'>,
  images: BuiltImages,
): Promise<{ record: LeaseRecord; replaced: readonly string[] }> {
  const { engine, record, config, signal } = task;
  const overrideFile = join(leaseFolder(config, record), 'override.yml');
  const { imagesIn, withImages } = await import('../engine/override-file.js');
  const former = readFileSync(overrideFile, 'utf8');
  const before = imagesIn(former);
  const renamed = new Map(Object.entries(images).map(([service, image]) => [before[service], image]));
  const changed = Object.entries(before).flatMap(([service, old]): [string, string][] => {
    const image = renamed.get(old);
    return image === undefined || image === old ? [] : [[service, image]];
  });
  if (changed.length === 0) return { record, replaced: [] };
  const services = changed.map(([service]) => service);
  const climbing: Climb = { ...task, services, rungs: ['recreate'] };
  writeFileSync(overrideFile, withImages(former, Object.fromEntries(changed)), { mode: 0o600 });
  try {
    return { record: (await climb(climbing)).record, replaced: services };
  } catch (error) {
    writeFileSync(overrideFile, former, { mode: 0o600 });
    signal.throwIfAborted();
    // Its own failure never hides the first one.
    const files = task.files ?? record.spec;
    await engine.recreate(files, record.project, overrideFile, services, endingOf(record), signal).catch(() => {});
    throw error;
  }
}
