import { EnvironmentError } from '../domain/errors.js';
import type { Origin, Setting } from '../domain/options/settle.js';
import { maskerFor } from '../domain/secrets.js';
import type { AcquireOptions } from './acquire.js';
import { findSpec } from './compose-files.js';
import type { ManagerOptions } from './config.js';
import { type Settled, withSettings } from './settings.js';

/** What an acquire and its manager would be given; nothing is made. */
export type ExplainOptions = Omit<AcquireOptions, 'signal' | 'owner'> & Omit<ManagerOptions, 'env' | 'onProgress'>;

/** What counts here, and why. Secrets are hidden. */
export interface Explanation {
  /** The config file that was taken; null where there is none. */
  readonly configFile: string | null;
  /** The compose files that an acquire would take; `error` says why there are none. */
  readonly compose: { readonly files: readonly string[]; readonly error?: string };
  readonly settings: readonly ExplainedSetting[];
}

export interface ExplainedSetting {
  readonly key: string;
  /** Null where nothing is set, and where Compose itself reads the variable. */
  readonly value: unknown;
  /** "given", "DOCKER_MANUAL_PORTS", "ports in /src/shop/docker-manual.config.yaml" or "default". */
  readonly from: string;
}

/** @throws CONFIG_FILE_INVALID, OPTION_INVALID */
export function explain(options: ExplainOptions, settled: Settled, env: NodeJS.ProcessEnv): Explanation {
  const masker = maskerFor({ name: '', services: {} });
  const file = settled.file?.file;
  return {
    configFile: file ?? null,
    compose: composeFiles(options, settled, env),
    settings: settled.settings.map(({ key, value, origin }: Setting) => {
      const shown = masker.data({ [key]: value ?? null })[key];
      return { key, value: shown, from: originText(origin, file) };
    }),
  };
}

function originText(origin: Origin, file: string | undefined): string {
  if (origin.from === 'variable') return origin.variable;
  return origin.from === 'file' ? `${origin.key} in ${file}` : origin.from;
}

function composeFiles(options: ExplainOptions, settled: Settled, env: NodeJS.ProcessEnv): Explanation['compose'] {
  try {
    return { files: findSpec(withSettings(options, settled, ['files', 'envFiles']), env).files };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { files: [], error: error.message };
  }
}
