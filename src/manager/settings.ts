import { type EnvironmentKind, POLICIES } from '../domain/environment-kind.js';
import { KINDS_PART, PARTS } from '../domain/options/parts.js';
import { nested, type Setting, type Sources, settle } from '../domain/options/settle.js';
import { type LoadedConfig, loadConfigFile } from './config-file.js';

/** Everything that counts for one call. */
export interface Settled {
  readonly settings: readonly Setting[];
  readonly file: LoadedConfig | undefined;
}

/**
 * What counts for an environment, from everywhere it may be said: what was given, variables, the config file of the
 * folder (first for its kind, then in general), what follows from its kind, defaults. Every door comes through here.
 *
 * @throws CONFIG_FILE_INVALID, OPTION_INVALID
 */
export async function settleHere(given: object & { readonly cwd?: string }, env: NodeJS.ProcessEnv): Promise<Settled> {
  const file = await loadConfigFile(given.cwd ?? process.cwd());
  const root = { at: '', content: file?.content ?? {} };
  const sources: Sources = { given: given as Record<string, unknown>, variables: env, maps: [root] };
  const kind = kindOf(settle(sources));
  const ofKind = (file?.content[KINDS_PART] as Record<string, Record<string, unknown>> | undefined)?.[kind] ?? {};
  const maps = [{ at: `${KINDS_PART}.${kind}.`, content: ofKind }, root];
  const settings = settle({ ...sources, maps, kind: { kind, values: { env: kind, ...POLICIES[kind].defaults } } });
  return { file, settings: withoutVoid(settings) };
}

/** Of production images is what production is made of, unless somebody says that it is for something else. */
function kindOf(settings: readonly Setting[]): EnvironmentKind {
  const env = settings.find(({ key }) => key === 'env');
  const mode = settings.find(({ key }) => key === 'mode');
  if (env?.origin.from === 'default' && mode?.value === 'production') return 'prod';
  return env?.value as EnvironmentKind;
}

const RANKS: readonly Setting['origin']['from'][] = ['given', 'variable', 'file', 'kind', 'default'];

/** Keys that say the same thing in other words. */
const ALTERNATIVES = [
  ['variant', 'alpine'],
  ['files', 'template', 'image'],
] as const;

/** Of alternatives, what counts first makes the others void. Those of one rank are left for an error. */
function withoutVoid(settings: readonly Setting[]): Setting[] {
  const rankOf = (key: string) => {
    const setting = settings.find((each) => each.key === key);
    return setting?.value === undefined ? RANKS.length : RANKS.indexOf(setting.origin.from);
  };
  const weaker = ALTERNATIVES.flatMap((keys) => {
    const first = Math.min(...keys.map(rankOf));
    return keys.filter((key) => rankOf(key) > first);
  });
  return settings.map((each) =>
    (weaker as string[]).includes(each.key) ? { ...each, value: undefined, origin: { from: 'default' } } : each,
  );
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
