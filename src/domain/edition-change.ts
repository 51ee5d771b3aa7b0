import type { ComposeModel, ServiceModel } from './model.js';
import { type Override, Replace } from './override.js';

/** What a service is made of: two of the same need no new container. Image as the engine knows it; null of a provider. */
export interface Making {
  readonly fingerprint: string;
  readonly image: string;
  readonly imageId: string | null;
}

export type Makings = Readonly<Record<string, Making>>;

/** Services that have to be made anew, and those that are not in the next one. */
export interface EditionChange {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export function editionChange(before: Makings, next: Makings): EditionChange {
  const changed = Object.entries(next).flatMap(([name, making]) => {
    const old = before[name];
    return old?.fingerprint === making.fingerprint && old.imageId === making.imageId ? [] : [name];
  });
  return { changed, removed: Object.keys(before).filter((name) => !(name in next)) };
}

/** These decide when and whether a container is made, not what it is; what is built is known by its image. */
const ABOUT_THE_MAKING = ['depends_on', 'build', 'image', 'profiles', 'pull_policy', 'develop'];

/** Everything that the container of a service is made of but its image, as one text: its own part, and what that names. */
export function fingerprintText(model: ComposeModel, override: Override, name: string): string {
  const service: ServiceModel = model.services[name] ?? {};
  const named = (objects: Readonly<Record<string, unknown>> | undefined, keys: readonly string[]) =>
    keys.map((key) => [key, objects?.[key]]);
  const mounted = (service.volumes ?? []).flatMap(({ type, source }) => (type === 'volume' && source ? [source] : []));
  return JSON.stringify(
    [
      without(service, ABOUT_THE_MAKING),
      without(override.services[name] ?? {}, ABOUT_THE_MAKING),
      named(model.networks, Object.keys(service.networks ?? {})),
      named(model.volumes, mounted),
      named(model.configs, sources(service.configs)),
      named(model.secrets, sources(service.secrets)),
    ],
    // An overriding value and one that is added are not the same.
    (_, value) => (value instanceof Replace ? { replaced: value.value } : value),
  );
}

function sources(used: ServiceModel['configs']): string[] {
  return (used ?? []).map(({ source }) => source);
}

function without(value: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}
