import { KINDS_PART, kindsSchema, PARTS } from './parts.js';
import type { Schema } from './schema.js';
import { defaultOf, ENTRIES, type OptionEntry, type OptionName } from './table.js';

/** The schema of the config file, made of the table of options and the nested parts. */
export function configSchema(): Schema {
  return {
    description: 'docker-manual.config: what environments are made with. Flags and variables count before it.',
    type: 'object',
    properties: {
      $schema: { type: 'string', description: 'for editors; not read' },
      ...optionProperties(),
      ...parts(),
    },
    additionalProperties: false,
  };
}

/** Every nested part. */
export function parts(): Record<string, Schema> {
  return { ...PARTS, [KINDS_PART]: kindsSchema(optionProperties()) };
}

/** What the table says of keys, with those that a dot leads into as maps. */
function optionProperties(): Record<string, Schema> {
  const properties: Record<string, Schema> = {};
  for (const [name, entry] of Object.entries(ENTRIES)) {
    if (entry.key === undefined) continue;
    const [outer = '', inner] = entry.key.split('.');
    const schema = schemaOf(name as OptionName, entry);
    if (inner === undefined) properties[outer] = schema;
    else {
      const before = properties[outer]?.properties;
      properties[outer] = { type: 'object', properties: { ...before, [inner]: schema }, additionalProperties: false };
    }
  }
  return properties;
}

function schemaOf(name: OptionName, { meaning, value, default: written }: OptionEntry): Schema {
  const standard = value.isSwitch ? defaultOf(name) : written;
  return { description: meaning, ...value.schema, ...(standard === undefined ? {} : { default: standard }) };
}
