import { KINDS } from '../environment-kind.js';
import { HOOKS } from '../hooks.js';
import type { Schema } from './schema.js';
import { paths, text } from './values.js';

const variant: Schema = {
  description: 'one variant',
  type: 'object',
  properties: {
    files: { description: 'compose files instead of those that are taken otherwise', ...paths.schema },
    overlay: { description: 'compose files that are read after them', ...paths.schema },
    images: {
      description: 'service → image that it runs instead of its own, or of what it builds',
      type: 'object',
      additionalProperties: text.schema,
    },
  },
  additionalProperties: false,
};

const HOOK: Schema = {
  anyOf: [
    { type: 'string' },
    { type: 'array', minItems: 1, items: { type: 'string' } },
    { type: 'object', properties: { module: { type: 'string' } }, additionalProperties: false },
  ],
};

/**
 * The nested parts of the config file: key → what it may hold, with a `description` for the reference. A part is added
 * here; validation, the published JSON Schema and docs/configuration.md follow, and an option of the same name of
 * `acquire` is given what the file holds.
 */
export const PARTS: Readonly<Record<string, Schema>> = {
  hooks: {
    description: 'commands or modules that run at points of the life of an environment (docs/commands.md)',
    type: 'object',
    properties: Object.fromEntries(HOOKS.map((point) => [point, HOOK])),
    additionalProperties: false,
  },
  seeds: {
    description: 'services whose data is prepared once and copied for every further environment (docs/volumes.md)',
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: {
        command: { description: 'what prepares it: the migrations', ...HOOK },
        files: {
          description: 'what the command reads: files, folders, or patterns such as migrations/**',
          type: 'array',
          items: { type: 'string' },
        },
        volume: { type: 'string', description: 'only this volume of the service: its name or its folder' },
      },
      additionalProperties: false,
    },
  },
  services: {
    description: 'limits and a health check for single services, where the compose file and the image have none',
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: {
        memory: { type: 'string', description: 'memory limit: 512m' },
        cpus: { type: 'number', description: 'how many processors: 0.5' },
        healthcheck: {
          description: 'as in a compose file',
          type: 'object',
          properties: {
            test: { type: 'array', items: { type: 'string' }, minItems: 1 },
            interval: { type: 'string' },
            timeout: { type: 'string' },
            retries: { type: 'integer', minimum: 1 },
          },
          additionalProperties: false,
        },
      },
      additionalProperties: false,
    },
  },
  variants: {
    description: 'name → what is different about it: `files`, `overlay`, `images`',
    type: 'object',
    additionalProperties: variant,
  },
};

/** Key of the part whose maps hold options again, for one kind of environment each. */
export const KINDS_PART = 'kinds';

/** @param options the properties of the options themselves */
export function kindsSchema(options: Readonly<Record<string, Schema>>): Schema {
  const { env: _, ...rest } = options;
  const ofKind: Schema = { type: 'object', properties: rest, additionalProperties: false };
  return {
    description: `options for one kind of environment each: ${KINDS.join(', ')}`,
    type: 'object',
    properties: Object.fromEntries(KINDS.map((kind) => [kind, ofKind])),
    additionalProperties: false,
  };
}
