import { DECISIONS, type Decisions } from '../decisions.js';
import { parseDuration } from '../duration.js';
import { KINDS } from '../environment-kind.js';
import { type PoolOption, parsePool, poolSize } from '../pool.js';
import { parsePortList, parsePortRange } from '../ports.js';
import { parseSize } from '../size.js';
import { parseSubnet } from '../subnet.js';

import { WAITED_FOR, type WaitedFor } from '../wait.js';
import { PATH_FORMAT, type Schema } from './schema.js';

/** A kind of value that an option takes: how it is read from text, and what the config file and the API may hold. */
export interface Value {
  /** For an error: `"x" ${wrong}`. */
  readonly wrong: string;
  /** From a flag or a variable; `previous` is what the flag has given before. Undefined: the text is none. */
  readonly read: (text: string, previous?: unknown) => unknown;
  /** From a variable, where that is not the same. */
  readonly readVariable?: (text: string) => unknown;
  readonly schema: Schema;
  /** From what the schema has accepted to what `read` gives; as it is by default. */
  readonly given?: (value: unknown) => unknown;
  /** The only texts that there are, for help and completion. */
  readonly choices?: readonly string[];
  /** How it is written, where that is not to be seen from the flag. */
  readonly form?: string;
  /** Takes no value on the command line. */
  readonly isSwitch?: true;
}

export const text: Value = {
  wrong: 'is no text',
  read: (given) => given,
  schema: { type: 'string', refine: (value) => (value === '' ? 'is empty' : undefined) },
};

/** Between files as in PATH, where a letter before a colon is a Windows drive. */
const SEPARATOR = /[;,]|(?<!(?:^|[;,:])[A-Za-z]):/;

/** Several; a flag is repeated for that, a variable holds them as PATH does. */
export const texts: Value = {
  wrong: 'is no list',
  read: (given, previous) => [...((previous as readonly string[] | undefined) ?? []), given],
  readVariable: (given) => given.split(SEPARATOR).filter((part) => part !== ''),
  schema: { anyOf: [{ type: 'array', items: text.schema }, text.schema] },
  given: (value) => [value].flat(),
};

/** A file or folder; in the config file it counts from that file's folder. */
export const path: Value = { ...text, schema: { ...text.schema, format: PATH_FORMAT } };

/** Files or folders. */
export const paths: Value = {
  ...texts,
  schema: { anyOf: [{ type: 'array', items: path.schema, minItems: 1 }, path.schema] },
};

export const choice = (choices: readonly string[]): Value => ({
  wrong: `is none of ${choices.join(', ')}`,
  read: (given) => (choices.includes(given) ? given : undefined),
  schema: { type: 'string', enum: choices },
  choices,
});

/** In a variable, which other programs may read as well, also by its long name. */
export const kind: Value = {
  ...choice(KINDS),
  readVariable: (given) => KINDS.find((each) => given === each || given === LONG_NAMES[each]),
};

const LONG_NAMES = { test: 'testing', dev: 'development', prod: 'production' } as const;

/** On or off; "1", "true", "yes", "on" and their opposites in a variable. */
export const onOff: Value = {
  wrong: 'is neither true nor false',
  read: (given) => {
    if (/^(1|true|yes|on)$/i.test(given.trim())) return true;
    return /^(0|false|no|off)$/i.test(given.trim()) ? false : undefined;
  },
  schema: { type: 'boolean' },
  isSwitch: true,
};

function milliseconds(given: string): number | undefined {
  const ms = parseDuration(given);
  return ms !== undefined && ms > 0 ? ms : undefined;
}

/** "90s", or a number of milliseconds. Gives milliseconds. */
export const duration: Value = {
  wrong: 'is no duration such as 90s or 2m',
  read: milliseconds,
  schema: {
    anyOf: [
      { type: 'string', refine: (value) => refused(duration, value) },
      { type: 'integer', minimum: 1 },
    ],
  },
  given: (value) => (typeof value === 'string' ? milliseconds(value) : value),
};

/** A duration, or "none" (null): it never ends. */
export const lifetime: Value = {
  wrong: 'is no duration such as 30m or 2h, or none',
  read: (given) => (given === 'none' ? null : milliseconds(given)),
  schema: {
    anyOf: [
      { type: 'string', refine: (value) => refused(lifetime, value) },
      { type: 'integer', minimum: 1 },
      { type: 'null' },
    ],
  },
  given: (value) => (typeof value === 'string' ? lifetime.read(value) : value),
};

export const count: Value = {
  wrong: 'is no number from 1 on',
  read: (given) => (/^\d+$/.test(given) && Number(given) >= 1 ? Number(given) : undefined),
  schema: { type: 'integer', minimum: 1 },
};

export const port: Value = {
  wrong: 'is no port',
  read: (given) => (/^\d+$/.test(given) && Number(given) >= 1 && Number(given) <= 65_535 ? Number(given) : undefined),
  schema: { type: 'integer', minimum: 1 },
};

/** "api=healthy", or "api" for ready; repeatable. */
export const waitedFor: Value = {
  wrong: `is no SERVICE=STATE with one of ${WAITED_FOR.join(', ')}`,
  form: `SERVICE=${WAITED_FOR.join('|')}, repeatable`,
  read: (given, previous) => {
    const [service = '', state = 'ready', ...more] = given.split('=');
    if (service === '' || more.length > 0 || !WAITED_FOR.includes(state as WaitedFor)) return undefined;
    return { ...(previous as object | undefined), [service]: state };
  },
  schema: { type: 'object', additionalProperties: { enum: WAITED_FOR } },
};

/** A time, or how long ago it was; handed on as it stands, because only its reader knows what time it is. */
export const moment: Value = {
  wrong: 'is neither a duration such as 5m nor a time',
  form: '5m (ago), or 2026-11-21T10:00Z',
  read: (given) => (parseDuration(given) === undefined && Number.isNaN(Date.parse(given)) ? undefined : given),
  schema: { type: 'string' },
};

export const whole: Value = {
  wrong: 'is no whole number',
  read: (given) => (/^-?\d{1,15}$/.test(given) ? Number(given) : undefined),
  schema: { type: 'integer' },
};

/** Text that only has to be well formed; it is handed on as it stands. */
const checked = (wrong: string, parse: (given: string) => unknown): Value => {
  const value: Value = {
    wrong,
    read: (given) => (parse(given) === undefined ? undefined : given),
    schema: { type: 'string', refine: (given) => refused(value, given) },
  };
  return value;
};

export const portRange = checked('is no port range such as 30000-40000', parsePortRange);
export const portList = checked('is no list of ports such as 30010,30100-30200', (given) =>
  given === '' ? [] : parsePortList(given),
);
export const memory = checked('is no amount of memory such as 24g or 512m, nor off', (given) =>
  given === 'off' ? given : parseSize(given) || undefined,
);
export const network = checked('is no network such as 10.231.0.0/16', parseSubnet);

/** "share" for all, "NAME=share" for one; repeatable. In the config file a word, or a map of names to words. */
export function decision(kind: keyof Decisions): Value {
  const choices: readonly string[] = DECISIONS[kind];
  return {
    wrong: `is none of ${choices.join(', ')} (or NAME=${choices[0]})`,
    form: `${choices.join(', ')}; or NAME=choice, repeatable`,
    read: (given, previous) => {
      const cut = given.lastIndexOf('=');
      const [name, value] = cut < 0 ? ['*', given] : [given.slice(0, cut), given.slice(cut + 1)];
      return choices.includes(value) ? { ...(previous as object | undefined), [name]: value } : undefined;
    },
    schema: { anyOf: [choice(choices).schema, { type: 'object', additionalProperties: choice(choices).schema }] },
  };
}

/** "2", "2-6" or "2-6,10m": min, max, and how long they stay; "off". In the config file also true, or a map. */
export const pool: Value = {
  wrong: 'is no pool such as 2 or 2-6,10m, nor off',
  form: 'MIN, MIN-MAX or MIN-MAX,IDLE such as 2-6,10m; off',
  read: parsePool,
  schema: {
    anyOf: [
      {
        type: 'object',
        properties: { min: count.schema, max: count.schema, idle: duration.schema },
        additionalProperties: false,
        refine: (value) => sizeRefused(pool.given?.(value) as PoolOption),
      },
      { type: 'string', refine: (value) => refused(pool, value) },
      { type: 'integer', minimum: 1 },
      { type: 'boolean' },
    ],
  },
  given: (value) => {
    if (typeof value === 'string') return parsePool(value);
    const { idle } = value as { idle?: unknown };
    return idle === undefined ? value : { ...(value as object), idle: duration.given?.(idle) };
  },
};

/** A duration that is none is told of by its own schema. */
function sizeRefused(given: PoolOption): string | undefined {
  const size = poolSize(given);
  return typeof size === 'string' && !size.startsWith('idle') ? size : undefined;
}

function refused(value: Value, given: unknown): string | undefined {
  return value.read(String(given)) === undefined ? `"${given}" ${value.wrong}` : undefined;
}
