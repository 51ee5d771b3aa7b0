import { EnvironmentError } from '../domain/errors.js';
import { parts } from '../domain/options/config-schema.js';
import type { Origin, Setting } from '../domain/options/settle.js';
import { type Masker, maskerFor } from '../domain/secrets.js';
import type { AcquireOptions } from './acquire-options.js';
import { findFiles } from './compose-files.js';
import type { ManagerOptions } from './config.js';
import { type Settled, withSettings } from './settings.js';

/** What an acquire and its manager would be given; nothing is made. */
export type ExplainOptions = Omit<AcquireOptions, 'signal' | 'owner'> &
  Omit<ManagerOptions, 'env' | 'onProgress' | 'onCall'>;

/** What counts here, and why. Secrets are hidden. */
export interface Explanation {
  /** The config file that was taken; null where there is none. */
  readonly configFile: string | null;
  /** The compose files that an acquire would take; `error` says why there are none. */
  readonly compose: { readonly files: readonly string[]; readonly why?: string; readonly error?: string };
  readonly settings: readonly ExplainedSetting[];
}

/** One setting: its value, and where it comes from. */
export interface ExplainedSetting {
  readonly key: string;
  /** Null where nothing is set, and where Compose itself reads the variable. */
  readonly value: unknown;
  /** "given", "DOCKER_MANUAL_PORTS", "ports in /src/shop/docker-manual.config.yaml", "what is for dev" or "default". */
  readonly from: string;
}

/** @throws CONFIG_FILE_INVALID, OPTION_INVALID */
export async function explain(options: ExplainOptions, settled: Settled, env: NodeJS.ProcessEnv): Promise<Explanation> {
  const masker = maskerFor({ name: '', services: {} });
  const file = settled.file?.file;
  return {
    configFile: file ?? null,
    compose: await composeFiles(options, settled, env),
    settings: [
      ...settled.settings.map(({ key, value, origin }: Setting) => {
        const shown = masker.data({ [key]: value ?? null })[key];
        return { key, value: shown, from: originText(origin, file) };
      }),
      ...partsOf(settled, masker),
    ],
  };
}

/** The nested parts, as they stand in the file. */
function partsOf({ file }: Settled, masker: Masker): ExplainedSetting[] {
  return Object.keys(parts()).flatMap((key) => {
    const value = file?.content[key];
    return value === undefined ? [] : [{ key, value: masker.data(value), from: `${key} in ${file?.file}` }];
  });
}

function originText(origin: Origin, file: string | undefined): string {
  if (origin.from === 'variable') return origin.variable;
  if (origin.from === 'kind') return `what is for ${origin.kind}`;
  return origin.from === 'file' ? `${origin.key} in ${file}` : origin.from;
}

/** What decides on the compose files. */
const FILE_KEYS = ['files', 'template', 'image', 'envFiles', 'env', 'variant', 'alpine', 'variants'];

async function composeFiles(
  options: ExplainOptions,
  settled: Settled,
  env: NodeJS.ProcessEnv,
): Promise<Explanation['compose']> {
  try {
    const { spec, why, variant } = await findFiles(withSettings(options, settled, FILE_KEYS), env);
    return { files: spec.files, why: variant === undefined ? why : `${why}; variant ${variant}` };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { files: [], error: error.message };
  }
}
