import { suggest } from '../suggest.js';

/** As much of JSON Schema as the config file needs; it is published as it stands. */
export interface Schema {
  readonly description?: string;
  readonly type?: SchemaType | readonly SchemaType[];
  readonly enum?: readonly unknown[];
  /** {@link PATH_FORMAT}, or nothing. */
  readonly format?: string;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  /** What keys besides `properties` may hold; false: there may be none. */
  readonly additionalProperties?: Schema | false;
  /** One of these has to fit; the first whose type fits is the one that is told about. */
  readonly anyOf?: readonly Schema[];
  readonly default?: unknown;
  /** What JSON Schema cannot say: gives what is wrong. Not published: JSON leaves functions out. */
  readonly refine?: (value: unknown) => string | undefined;
}

/** Text that is a path; relative ones count from the config file's folder. */
export const PATH_FORMAT = 'path';

type SchemaType = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'null';

export type Path = readonly (string | number)[];

/** Something that a value has and its schema does not allow. */
export interface Problem {
  /** From the root of the file: ['variants', 'alpine', 'flies']. */
  readonly path: Path;
  readonly reason: string;
  /** The key itself is wrong, and not what it holds. */
  readonly key?: true;
}

/** Everything that is wrong with a value; nothing, when it fits. */
export function problemsOf(schema: Schema, value: unknown, path: Path = []): Problem[] {
  if (schema.anyOf) return problemsOfAny(schema.anyOf, value, path);
  const wrong = shallow(schema, value);
  if (wrong !== undefined) return [{ path, reason: wrong }];
  if (Array.isArray(value)) return value.flatMap((item, i) => problemsOf(schema.items ?? {}, item, [...path, i]));
  if (!isObject(value)) return [];
  const known = schema.properties ?? {};
  return Object.entries(value).flatMap(([key, item]) => {
    const inner = Object.hasOwn(known, key) ? known[key] : schema.additionalProperties;
    if (inner === false) return [unknownKey(key, Object.keys(known), path)];
    return item === undefined ? [] : problemsOf(inner ?? {}, item, [...path, key]);
  });
}

function problemsOfAny(choices: readonly Schema[], value: unknown, path: Path): Problem[] {
  const found = choices.map((choice) => problemsOf(choice, value, path));
  if (found.some((problems) => problems.length === 0)) return [];
  const near = choices.findIndex((choice) => fitsType(choice, value));
  if (near >= 0) return found[near] as Problem[];
  return [{ path, reason: `${shown(value)} is no ${choices.map(typeText).join(' or ')}` }];
}

function unknownKey(key: string, known: readonly string[], path: Path): Problem {
  const near = suggest(key, known);
  const reason = near ? `is no known key; did you mean "${near}"?` : `is no known key (known: ${known.join(', ')})`;
  return { path: [...path, key], reason, key: true };
}

function shallow(schema: Schema, value: unknown): string | undefined {
  if (!fitsType(schema, value)) return `${shown(value)} is no ${typeText(schema)}`;
  if (schema.enum && !schema.enum.includes(value)) return `${shown(value)} is none of ${schema.enum.join(', ')}`;
  if (schema.minimum !== undefined && Number(value) < schema.minimum) {
    return `${shown(value)} is less than ${schema.minimum}`;
  }
  if (schema.minItems !== undefined && Array.isArray(value) && value.length < schema.minItems) return 'is empty';
  return schema.refine?.(value);
}

function fitsType({ type, anyOf }: Schema, value: unknown): boolean {
  if (anyOf) return anyOf.some((choice) => fitsType(choice, value));
  if (type === undefined) return true;
  return [type].flat().some((each) => isOfType(each, value));
}

function isOfType(type: SchemaType, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const TYPE_TEXTS: Readonly<Record<SchemaType, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  array: 'list',
  object: 'map of keys to values',
  null: 'null',
};

function typeText(schema: Schema): string {
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' or ');
  return [schema.type ?? []]
    .flat()
    .map((each) => TYPE_TEXTS[each])
    .join(' or ');
}

/** Never the inside of a map or list: a secret may be in it. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'a map';
  return typeof value === 'function' ? 'a function' : JSON.stringify(value);
}

/** The value with every path in it changed; it fits its schema. */
export function mapPaths(schema: Schema, value: unknown, change: (path: string) => string): unknown {
  const fitting = schema.anyOf?.find((choice) => fitsType(choice, value));
  if (fitting) return mapPaths(fitting, value, change);
  if (typeof value === 'string') return schema.format === PATH_FORMAT ? change(value) : value;
  if (Array.isArray(value)) return value.map((item) => mapPaths(schema.items ?? {}, item, change));
  if (!isObject(value)) return value;
  const inner = (key: string) => schema.properties?.[key] ?? (schema.additionalProperties || {});
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapPaths(inner(key), item, change)]));
}
