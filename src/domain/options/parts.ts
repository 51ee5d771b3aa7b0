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
};
