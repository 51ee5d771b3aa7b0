import type { Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import { withImages } from '../domain/variant.js';
import type { Engine } from '../engine/engine.js';
import type { Config } from './config.js';
import { ModelCache } from './model-cache.js';

/**
 * Files are resolved under this name, so that one answer serves every environment made of them; wherever it shows up
 * in the model (`${COMPOSE_PROJECT_NAME}`), the project's own name is put in.
 */
const PLACEHOLDER = 'docker-manual-placeholder-project';

/**
 * Spec → model: from the cache, else by `docker compose config`.
 *
 * @throws COMPOSE_FILE_INVALID
 */
export async function resolveModel(
  config: Config,
  engine: Pick<Engine, 'resolve'>,
  { images, seat: _, keepsVolumes: __, ...asked }: Spec,
  signal: AbortSignal,
): Promise<ComposeModel> {
  const model = await resolveFiles(config, engine, asked, signal);
  return images ? withImages(model, images) : model;
}

async function resolveFiles(
  config: Config,
  engine: Pick<Engine, 'resolve'>,
  files: Spec,
  signal: AbortSignal,
): Promise<ComposeModel> {
  const cache = new ModelCache(config.stateDir, config.env);
  const cached = await cache.get(files);
  if (cached) return cached;
  const model = await engine.resolve(files, PLACEHOLDER, signal).catch(async (error) => {
    throw await (await import('./compose-mistake.js')).located(error, files);
  });
  await cache.put(files, model);
  return model;
}

/** The model of one environment. */
export function modelOf(template: ComposeModel, project: string): ComposeModel {
  return JSON.parse(JSON.stringify(template).replaceAll(PLACEHOLDER, project)) as ComposeModel;
}
