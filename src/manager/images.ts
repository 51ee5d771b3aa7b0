import { CATALOGUE, EnvironmentError } from '../domain/errors.js';
import type { HostFacts } from '../domain/hazards/hazard.js';
import type { Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { ComposeRun, Engine } from '../engine/engine.js';
import { withFileLock } from '../store/file-lock.js';
import { imageFacts } from './host-facts.js';
import type { OnProgress } from './progress.js';

/** Pulls and builds may take long and are nobody's readiness: they have a limit of their own. Milliseconds. */
export const IMAGES_TIMEOUT = 30 * 60_000;

/**
 * Pulls the images that the facts do not know, and returns facts that know them.
 *
 * @throws IMAGE_UNAVAILABLE, REGISTRY_* and others, naming service and image
 */
export async function pullMissing(
  stateDir: string,
  engine: Engine,
  spec: Spec,
  model: ComposeModel,
  facts: HostFacts,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<HostFacts> {
  if (missingImages(model, facts.images).length === 0) return facts;
  // Runs that start together want the same images: one pulls, the others find them there.
  return withFileLock(stateDir, 'pull', signal, async () => {
    const wanted = missingImages(model, facts.images).map((m) => m.image);
    const known = { ...facts.images, ...(await imageFacts(engine, wanted, signal)) };
    const missing = missingImages(model, known);
    if (missing.length === 0) return { ...facts, images: known };
    const images = [...new Set(missing.map((m) => m.image))];
    onProgress({ type: 'fetching', project: model.name, images });
    try {
      await engine.pull(
        spec,
        model.name,
        missing.map((m) => m.service),
        signal,
      );
    } catch (error) {
      throw await named(engine, missing, error, signal);
    }
    return { ...facts, images: { ...known, ...(await imageFacts(engine, images, signal)) } };
  });
}

interface Missing {
  readonly service: string;
  readonly image: string;
}

function missingImages(model: ComposeModel, known: HostFacts['images']): Missing[] {
  return Object.entries(model.services).flatMap(([service, { image, build }]) =>
    image && !build && !(image in known) ? [{ service, image }] : [],
  );
}

/** Builds the services that have a `build`; unchanged layers cost nothing. @throws BUILD_FAILED */
export async function buildServices(
  engine: Engine,
  run: ComposeRun,
  model: ComposeModel,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<void> {
  const built = Object.entries(model.services).flatMap(([name, service]) => (service.build ? [name] : []));
  if (built.length === 0) return;
  onProgress({ type: 'building', project: run.project, services: built });
  await engine.build(run, built, signal);
}

/** Compose names no service when a pull fails: it is that of the image it names, else the first that is still missing. */
async function named(
  engine: Engine,
  missing: readonly Missing[],
  error: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof EnvironmentError) || !CATALOGUE[error.code].message.includes('{image}')) return error;
  const here = await imageFacts(
    engine,
    missing.map((m) => m.image),
    signal,
  );
  const first =
    missing.find((m) => m.image === error.params.image) ?? missing.find((m) => !(m.image in here)) ?? missing[0];
  return new EnvironmentError(error.code, { ...error.params, ...first }, error);
}
