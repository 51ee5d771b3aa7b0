import { setTimeout as sleep } from 'node:timers/promises';
import type { PullPolicy } from '../domain/build/policy.js';
import { CATALOGUE, EnvironmentError } from '../domain/errors.js';
import type { HostFacts } from '../domain/hazards/hazard.js';
import { fingerprint } from '../domain/hazards/names.js';
import type { Spec } from '../domain/lease.js';
import type { ComposeModel, ServiceModel } from '../domain/model.js';
import type { Engine } from '../engine/engine.js';
import { withFileLock } from '../store/file-lock.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Config } from './config.js';
import { imageFacts } from './host-facts.js';
import { PullLayers } from './pull-layers.js';

/** Pulls and builds may take long and are nobody's readiness: they have a limit of their own. Milliseconds. */
export const IMAGES_TIMEOUT = 30 * 60_000;
/** Before each further try of a registry that cannot be reached or answers 5xx. Milliseconds. */
const RETRY_AFTER = [500, 2000];

export interface PullTask {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly files: Spec;
  readonly model: ComposeModel;
  /** For all services; else what the file says of each (`pull_policy`), else `missing`. */
  readonly pull: PullPolicy | undefined;
  readonly signal: AbortSignal;
}

interface Wanted {
  readonly service: string;
  readonly image: string;
  readonly policy: PullPolicy;
}

/**
 * Pulls what its policy asks for, each image once for all processes of this state folder that want it, and returns facts
 * that know every image.
 *
 * @throws IMAGE_UNAVAILABLE, REGISTRY_* and others, naming service and image
 */
export async function pullImages(task: PullTask, facts: HostFacts): Promise<HostFacts> {
  const asked = Date.now();
  const wanted = wantedImages(task).filter(({ image, policy }) => policy === 'always' || !(image in facts.images));
  if (wanted.length === 0) return facts;
  // One that fails ends the others: who waits for it need not wait for them.
  const failed = new AbortController();
  const signal = AbortSignal.any([task.signal, failed.signal]);
  const pulls = wanted.map(async (each) => {
    try {
      await pullOne({ ...task, signal }, each, asked);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(pulls);
  task.signal.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  const images = wanted.map((each) => each.image);
  return { ...facts, images: { ...facts.images, ...(await imageFacts(task.engine, images, task.signal)) } };
}

/** Each image once, as the first service that has it wants it. */
function wantedImages({ model, pull }: PullTask): Wanted[] {
  const wanted = new Map<string, Wanted>();
  for (const [service, { image, build, provider, pull_policy }] of Object.entries(model.services)) {
    if (!image || build || provider || builtByAnother(model, image) || wanted.has(image)) continue;
    wanted.set(image, { service, image, policy: pull ?? policyOf(pull_policy) });
  }
  return [...wanted.values()];
}

function builtByAnother(model: ComposeModel, image: string): boolean {
  return Object.values(model.services).some((service) => service.build && service.image === image);
}

function policyOf(text: ServiceModel['pull_policy']): PullPolicy {
  return text === 'always' || text === 'never' ? text : 'missing';
}

/** Runs that start together want the same images: one pulls, the others find them there. */
async function pullOne(task: PullTask, { service, image, policy }: Wanted, asked: number): Promise<void> {
  const { config, engine, store, signal } = task;
  if (policy === 'never') {
    const reason = 'it is not on this machine, and the pull policy is "never"';
    throw new EnvironmentError('IMAGE_UNAVAILABLE', { service, image, reason });
  }
  await withFileLock(config.stateDir, `pull-${fingerprint(image)}`, signal, async () => {
    const pulled = store.images.lastPull(engine.endpoint, image) >= asked;
    if ((policy === 'missing' || pulled) && (await engine.image(image, signal))) return;
    const begunAt = Date.now();
    await pullWithPatience(task, { service, image, policy });
    store.images.pulled(engine.endpoint, image, begunAt);
  });
}

/** Only a registry that cannot be reached or has a failure of its own may say something else the next time. */
async function pullWithPatience(task: PullTask, { service, image }: Wanted): Promise<void> {
  const { config, engine, files, model, signal } = task;
  for (let attempt = 1; ; attempt++) {
    const layers = new PullLayers();
    config.onProgress({ type: 'fetching', project: model.name, images: [image] });
    const onLine = (line: string) => {
      const text = layers.line(line);
      if (text) config.onProgress({ type: 'pull-progress', project: model.name, image, text });
    };
    try {
      await engine.pull(files, model.name, service, signal, onLine);
      return;
    } catch (error) {
      const pause = RETRY_AFTER[attempt - 1];
      if (!mayPass(error) || pause === undefined) throw named(error, service, image);
      const reason = `${image}: ${error.params.reason}`;
      config.onProgress({
        type: 'retry',
        project: model.name,
        attempt: attempt + 1,
        of: RETRY_AFTER.length + 1,
        reason,
      });
      await sleep(pause, undefined, { signal });
    }
  }
}

function mayPass(error: unknown): error is EnvironmentError {
  if (!(error instanceof EnvironmentError) || error.code !== 'REGISTRY_UNREACHABLE') return false;
  return !/x509: /.test(String(error.params.reason));
}

function named(error: unknown, service: string, image: string): unknown {
  if (!(error instanceof EnvironmentError) || !CATALOGUE[error.code].message.includes('{image}')) return error;
  return new EnvironmentError(error.code, { ...error.params, service, image }, error);
}
