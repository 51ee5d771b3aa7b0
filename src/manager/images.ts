import { EnvironmentError } from '../domain/errors.js';
import type { ComposeModel } from '../domain/model.js';
import type { ComposeRun, Engine } from '../engine/engine.js';
import type { OnProgress } from './progress.js';

/** Pulls and builds may take long and are nobody's readiness: they have a limit of their own. Milliseconds. */
export const IMAGES_TIMEOUT = 30 * 60_000;

/**
 * Every image is here afterwards: missing ones are pulled, services with a `build` are built (unchanged layers cost
 * nothing). Compose is asked only where there is something to do.
 *
 * @throws IMAGE_UNAVAILABLE, BUILD_FAILED
 */
export async function provideImages(
  engine: Engine,
  run: ComposeRun,
  model: ComposeModel,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<void> {
  const services = Object.entries(model.services);
  const built = services.filter(([, s]) => s.build).map(([name]) => name);
  const missing = await missingImages(engine, model, signal);
  if (missing.length > 0) {
    onProgress({ type: 'fetching', project: run.project, images: missing.map((m) => m.image) });
    await pull(engine, run, missing, signal);
  }
  if (built.length > 0) {
    onProgress({ type: 'building', project: run.project, services: built });
    await engine.build(run, built, signal);
  }
}

interface Missing {
  readonly service: string;
  readonly image: string;
}

async function missingImages(engine: Engine, model: ComposeModel, signal: AbortSignal): Promise<Missing[]> {
  const byImage = new Map<string, string>();
  for (const [service, { image, build }] of Object.entries(model.services)) {
    if (image && !build && !byImage.has(image)) byImage.set(image, service);
  }
  const found = await Promise.all(
    [...byImage].map(async ([image, service]) => ({ image, service, detail: await engine.image(image, signal) })),
  );
  return found.filter((f) => f.detail === undefined);
}

/** Compose names no service when a pull fails; with one image missing it can only be that one. */
async function pull(engine: Engine, run: ComposeRun, missing: readonly Missing[], signal: AbortSignal): Promise<void> {
  try {
    await engine.pull(
      run,
      missing.map((m) => m.service),
      signal,
    );
  } catch (error) {
    if (!(error instanceof EnvironmentError) || error.code !== 'IMAGE_UNAVAILABLE') throw error;
    const left = (await missingImages(engine, pick(run, missing), signal)) as Missing[];
    const first = left[0] ?? missing[0];
    throw new EnvironmentError(
      'IMAGE_UNAVAILABLE',
      { ...error.params, image: first?.image ?? '', service: first?.service ?? '' },
      { cause: error.cause ?? error },
    );
  }
}

function pick(run: ComposeRun, missing: readonly Missing[]): ComposeModel {
  return { name: run.project, services: Object.fromEntries(missing.map((m) => [m.service, { image: m.image }])) };
}
