import { EnvironmentError } from './errors.js';
import type { ComposeModel, ServiceModel } from './model.js';
import { suggest } from './suggest.js';

/** A way to make the same environment of other things. */
export interface Variant {
  /** Compose files instead of those that are taken otherwise. */
  readonly files?: string | readonly string[];
  /** Compose files that are read after them. */
  readonly overlay?: string | readonly string[];
  /** Service → image that it runs instead of its own; what it builds is not built then. */
  readonly images?: Readonly<Record<string, string>>;
}

/** Variants of an environment by name. */
export type Variants = Readonly<Record<string, Variant>>;

/** The word for: none. */
export const REGULAR = 'regular';
/** The one that has files by name, and is the default of tests. */
export const ALPINE = 'alpine';

/** @throws OPTION_INVALID for a variant that nobody has defined */
export function checkVariant(name: string, variants: Variants): void {
  const known = [REGULAR, ALPINE, ...Object.keys(variants)];
  if (known.includes(name)) return;
  const near = suggest(name, known);
  const reason = `there is no variant "${name}"${near ? `; did you mean "${near}"?` : ` (there are ${known.join(', ')})`}`;
  throw new EnvironmentError('OPTION_INVALID', { option: 'variant', reason, command: 'start' });
}

/**
 * The model with other images; a service that gets one is not built.
 *
 * @throws OPTION_INVALID for a service that the files do not have
 */
export function withImages(model: ComposeModel, images: Readonly<Record<string, string>>): ComposeModel {
  const services: Record<string, ServiceModel> = { ...model.services };
  for (const [name, image] of Object.entries(images)) {
    const { build: _, ...service } = services[name] ?? {};
    if (!services[name]) throw unknownService(name, Object.keys(model.services));
    services[name] = { ...service, image };
  }
  return { ...model, services };
}

function unknownService(name: string, services: readonly string[]): EnvironmentError {
  const near = suggest(name, services);
  const reason = `there is no service "${name}" to swap the image of${near ? `; did you mean "${near}"?` : ''}`;
  return new EnvironmentError('OPTION_INVALID', { option: 'variants', reason, command: 'start' });
}

/** Of services that can be built and also have an image: that image, so that what was published is run. */
export function publishedImages(model: ComposeModel): Record<string, string> {
  return Object.fromEntries(
    Object.entries(model.services).flatMap(([name, { build, image }]) => (build && image ? [[name, image]] : [])),
  );
}
