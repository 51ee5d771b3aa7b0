import type { ComposeModel, ServiceModel } from '../../src/domain/model.js';
import { type Override, Replace } from '../../src/domain/override.js';

type Values = Record<string, unknown>;

/**
 * The model that Compose makes of a model and an override, for what our overrides use: maps merge, lists of plain
 * values grow, `!override` replaces and `!reset` removes. test/engine/override-file.test.ts holds it against Compose.
 */
export function applyOverride(model: ComposeModel, override: Override): ComposeModel {
  const { services, networks, volumes } = merge(model, override) as Required<ComposeModel>;
  const named = (objects: ComposeModel['networks']) =>
    Object.fromEntries(Object.entries(objects ?? {}).map(([key, o]) => [key, { name: `${model.name}_${key}`, ...o }]));
  const settled = Object.fromEntries(Object.entries(services).map(([name, service]) => [name, onANetwork(service)]));
  return { ...model, services: settled, networks: named(networks), volumes: named(volumes) };
}

function merge(old: unknown, change: unknown): unknown {
  if (change instanceof Replace) return change.value;
  if (Array.isArray(old) && Array.isArray(change)) return [...new Set([...old, ...change])];
  if (!isMap(old) || !isMap(change)) return isMap(change) ? merge({}, change) : change;
  const merged = new Map(Object.entries(old));
  for (const [key, value] of Object.entries(change)) {
    const result = merge(merged.get(key), value);
    if (value instanceof Replace && value.value === null) merged.delete(key);
    else merged.set(key, result);
  }
  return Object.fromEntries(merged);
}

/** Compose puts a service without networks on the default one. */
function onANetwork(service: ServiceModel): ServiceModel {
  return service.network_mode || service.networks ? service : { ...service, networks: { default: null } };
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
