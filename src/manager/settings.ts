import { PARTS } from '../domain/options/parts.js';
import { nested, type Setting, settle } from '../domain/options/settle.js';
import { type LoadedConfig, loadConfigFile } from './config-file.js';

/** Everything that counts for one call. */
export interface Settled {
  readonly settings: readonly Setting[];
  readonly file: LoadedConfig | undefined;
}

/**
 * What counts for an environment, from everywhere it may be said: what was given, variables, the config file of the
 * folder, defaults. Every door comes through here.
 *
 * @throws CONFIG_FILE_INVALID, OPTION_INVALID
 */
export async function settleHere(given: object & { readonly cwd?: string }, env: NodeJS.ProcessEnv): Promise<Settled> {
  const file = await loadConfigFile(given.cwd ?? process.cwd());
  const maps = file ? [{ at: '', content: file.content }] : [];
  return { file, settings: settle({ given: given as Record<string, unknown>, variables: env, maps }) };
}

/** The options of a call with what variables and the config file add to those that it knows. */
export function withSettings<T extends object>(options: T, { settings, file }: Settled, known: readonly string[]): T {
  const added = settings.filter(
    ({ key, value, origin }) =>
      value !== undefined && origin.from !== 'default' && known.includes(key.split('.')[0] as string),
  );
  const parts = Object.entries(file?.content ?? {}).filter(([key]) => key in PARTS && known.includes(key));
  return { ...Object.fromEntries(parts), ...options, ...nested(added) };
}

/** What the config file alone says for these keys. */
export function fromFile({ settings }: Settled, keys: readonly string[]): Record<string, unknown> {
  return nested(settings.filter(({ key, origin }) => origin.from === 'file' && keys.includes(key)));
}
