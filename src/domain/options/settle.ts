import { EnvironmentError } from '../errors.js';
import { defaultOf, ENTRIES, type OptionEntry, type OptionName } from './table.js';

/** Where a value was found; `kind`: it follows from what the environment is for. */
export type Origin =
  | { readonly from: 'given' }
  | { readonly from: 'variable'; readonly variable: string }
  | { readonly from: 'file'; readonly key: string }
  | { readonly from: 'kind'; readonly kind: string }
  | { readonly from: 'default' };

/** What counts for one option, and why. */
export interface Setting {
  readonly name: OptionName;
  readonly key: string;
  /** Undefined where nothing is set and there is no default, and where Compose itself reads the variable. */
  readonly value: unknown;
  readonly origin: Origin;
}

/** Where a value may be found, in the order in which they count. */
export interface Sources {
  /** From the command line or a program: config key → value; maps may be nested. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Maps of the config file that hold keys of the table, the one that counts first at the front. */
  readonly maps: readonly { readonly at: string; readonly content: Readonly<Record<string, unknown>> }[];
  /** Defaults that follow from the kind: key → value. */
  readonly kind?: { readonly kind: string; readonly values: Readonly<Record<string, unknown>> };
}

/**
 * Every option that has a config key: given > variable > config file > what follows from the kind > default.
 *
 * @throws OPTION_INVALID for a variable that holds no such value
 */
export function settle(sources: Sources): Setting[] {
  return Object.entries(ENTRIES).flatMap(([name, entry]) =>
    entry.key === undefined ? [] : [settingOf(name as OptionName, entry, entry.key, sources)],
  );
}

function settingOf(
  name: OptionName,
  entry: OptionEntry,
  key: string,
  { given, variables, maps, kind }: Sources,
): Setting {
  const typed = valueAt(given, key);
  if (typed !== undefined) return { name, key, value: typed, origin: { from: 'given' } };
  const found = fromVariable(entry, variables);
  if (found) return { name, key, ...found };
  for (const { at, content } of maps) {
    const value = valueAt(content, key);
    if (value === undefined) continue;
    const convert = entry.value.given ?? ((same: unknown) => same);
    return { name, key, value: convert(value), origin: { from: 'file', key: at + key } };
  }
  const value = kind?.values[key];
  const standard = defaultOf(name);
  if (kind === undefined || value === undefined || value === standard) {
    return { name, key, value: standard, origin: { from: 'default' } };
  }
  return { name, key, value, origin: { from: 'kind', kind: kind.kind } };
}

function fromVariable(
  { variable, composeVariable, value }: OptionEntry,
  variables: Sources['variables'],
): Pick<Setting, 'value' | 'origin'> | undefined {
  const text = variable && variables[variable];
  if (variable && text) {
    const read = (value.readVariable ?? value.read)(text);
    if (read !== undefined) return { value: read, origin: { from: 'variable', variable } };
    const reason = `"${text}" ${value.wrong}`;
    throw new EnvironmentError('OPTION_INVALID', { option: variable, reason, command: 'start' });
  }
  if (!composeVariable || !variables[composeVariable]) return undefined;
  return { value: undefined, origin: { from: 'variable', variable: composeVariable } };
}

/** The value at a key with dots; undefined where there is none. */
function valueAt(map: Readonly<Record<string, unknown>>, key: string): unknown {
  let value: unknown = map;
  for (const part of key.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  return value;
}

/** Settings as nested options: `decisions.external` → `{ decisions: { external } }`. */
export function nested(settings: readonly Setting[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const { key, value } of settings) {
    const [outer = '', inner] = key.split('.');
    if (inner === undefined) options[outer] = value;
    else options[outer] = { ...(options[outer] as object | undefined), [inner]: value };
  }
  return options;
}
