import { HOOKS } from '../hooks.js';
import type { Schema } from './schema.js';

const HOOK: Schema = {
  anyOf: [
    { type: 'string' },
    { type: 'array', minItems: 1, items: { type: 'string' } },
    { type: 'object', properties: { module: { type: 'string' } }, additionalProperties: false },
  ],
};

/**
 * The nested parts of the config file: key → what it may hold, with a `description` for the reference. A part is added
 * here; validation, the published JSON Schema and docs/cli.md follow. Whoever uses it reads it off `LoadedConfig.content`.
 */
export const PARTS: Readonly<Record<string, Schema>> = {
  hooks: {
    description: 'commands or modules that run at points of the life of an environment (docs/commands.md)',
    type: 'object',
    properties: Object.fromEntries(HOOKS.map((point) => [point, HOOK])),
    additionalProperties: false,
  },
};
