import type { Hooks } from '../domain/hooks.js';
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
export function withSettings<T extends object>(options: T, { settings }: Settled, known: readonly string[]): T {
  const added = settings.filter(
    ({ key, value, origin }) =>
      value !== undefined && origin.from !== 'default' && known.includes(key.split('.')[0] as string),
  );
  return { ...options, ...nested(added) };
}

/** What the config file alone says for these keys. */
export function fromFile({ settings }: Settled, keys: readonly string[]): Record<string, unknown> {
  return nested(settings.filter(({ key, origin }) => origin.from === 'file' && keys.includes(key)));
}

/** The hooks of the config file, where it has some; the file has been checked when it was read. */
export function hooksOf({ file }: Settled): { readonly hooks?: Hooks } {
  const hooks = file?.content.hooks as Hooks | undefined;
  return hooks === undefined ? {} : { hooks };
}
