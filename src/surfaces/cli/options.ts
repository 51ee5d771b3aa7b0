import { InvalidArgumentError, Option } from 'commander';
import { defaultOf, ENTRIES, type OptionEntry, type OptionName } from '../../option-table.js';

/** Commander's options, made of the one table; each takes a meaning that fits its command better than the general one. */
export const OPTIONS = Object.fromEntries(
  Object.entries(ENTRIES).map(([name, entry]) => [
    name,
    (meaning?: string) => optionOf(name as OptionName, entry, meaning),
  ]),
) as Record<OptionName, (meaning?: string) => Option>;

/**
 * Of an option that the config file may also give, the command line holds only what was typed: the manager adds
 * variables, file and defaults.
 */
function optionOf(name: OptionName, entry: OptionEntry, meaning = entry.meaning): Option {
  const option = new Option(entry.flags ?? `--${name}`, meaning + formOf(entry) + remarks(entry));
  const { value } = entry;
  if (value.choices) option.choices([...value.choices]);
  else if (!value.isSwitch) option.argParser(parserOf(entry));
  const byDefault = defaultOf(name);
  if (entry.key === undefined && !value.isSwitch && byDefault !== undefined) option.default(byDefault);
  return option;
}

function formOf({ value }: OptionEntry): string {
  return value.form === undefined ? '' : `: ${value.form}`;
}

function remarks({ key, value, default: written, otherwise, variable }: OptionEntry): string {
  const standard = value.isSwitch || key === undefined ? otherwise : (written ?? otherwise);
  const parts = [standard && `default: ${standard}`, variable && `variable: ${variable}`].filter(Boolean);
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

function parserOf({ value }: OptionEntry) {
  return (text: string, previous: unknown): unknown => {
    const read = value.read(text, previous);
    if (read === undefined) throw new InvalidArgumentError(`"${text}" ${value.wrong}.`);
    return read;
  };
}
