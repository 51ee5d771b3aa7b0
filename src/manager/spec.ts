import { createHash } from 'node:crypto';
import { POLICIES } from '../domain/environment-kind.js';
import type { Mode, Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { PortMode } from '../domain/ports.js';
import { projectBase } from '../domain/project-name.js';
import { publishedImages, withImages } from '../domain/variant.js';
import type { Engine } from '../engine/engine.js';
import { type FileOptions, findFiles, folderName } from './compose-files.js';
import type { Config } from './config.js';
import { resolveModel } from './resolve.js';

/** What decides on the spec. */
export interface SpecOptions extends FileOptions {
  readonly name?: string;
  readonly mode?: Mode;
  readonly portMode?: PortMode;
  /** Run the published image of services that could be built as well. False by default, true in mode production. */
  readonly productionImages?: boolean;
}

/**
 * What is asked for, as files and images, and the model that Compose makes of it.
 *
 * @throws COMPOSE_FILE_MISSING, COMPOSE_FILE_INVALID, OPTION_INVALID
 */
export async function specAndModel(
  config: Config,
  engine: Pick<Engine, 'resolve'>,
  options: SpecOptions,
  signal: AbortSignal,
): Promise<{ files: Spec; template: ComposeModel }> {
  const { spec, variant, images: named } = await findFiles(options, config.env);
  const model = await resolveModel(config, engine, spec, signal);
  // COMPOSE_PROFILES may be meant for other files too; `only` leaves services out that have them.
  if (options.profiles?.length && !spec.only) {
    const { checkProfiles } = await import('./profiles.js');
    await checkProfiles(spec, model);
  }
  const published = (options.productionImages ?? options.mode === 'production') ? publishedImages(model) : {};
  const ofVariant = variant === undefined ? {} : options.variants?.[variant]?.images;
  const images = { ...published, ...ofVariant, ...named };
  const placed = { ...spec, ...placeOf(options, spec, config.env) };
  if (Object.keys(images).length === 0) return { files: placed, template: model };
  return { files: { ...placed, images }, template: withImages(model, images) };
}

/** First part of the project name: `--name`, COMPOSE_PROJECT_NAME, or the folder. */
export function baseName(name: string | undefined, files: Spec, env: NodeJS.ProcessEnv): string {
  return projectBase(name ?? (env.COMPOSE_PROJECT_NAME || folderName(files)));
}

/** The seat of an environment that comes back: its name, its kind and its checkout; a test's has none. */
function placeOf(options: SpecOptions, spec: Spec, env: NodeJS.ProcessEnv): Pick<Spec, 'seat' | 'keepsVolumes'> {
  const { env: kind = 'test', portMode } = options;
  const { keepsVolumes } = POLICIES[kind];
  if (!keepsVolumes && portMode !== 'stable') return {};
  const checkout = createHash('sha256').update(spec.directory).digest('hex').slice(0, 12);
  const seat = `${baseName(options.name, spec, env)}-${kind}-${checkout}`;
  return { seat, ...(keepsVolumes ? { keepsVolumes } : {}) };
}
