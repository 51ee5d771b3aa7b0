import type { Schema } from './schema.js';

/**
 * The nested parts of the config file: key → what it may hold, with a `description` for the reference. A part is added
 * here; validation, the published JSON Schema and docs/cli.md follow. Whoever uses it reads it off `LoadedConfig.content`.
 */
export const PARTS: Readonly<Record<string, Schema>> = {};
