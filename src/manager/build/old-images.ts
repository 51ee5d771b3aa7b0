import { formatDuration } from '../../domain/duration.js';
import { LABEL } from '../../domain/labels.js';
import type { Engine, ImageObject } from '../../engine/engine.js';
import type { LeaseStore } from '../../store/lease-store.js';
import { UNFINISHED } from './build.js';

/** Built images that no environment has used for longer go with the next `clean`. Milliseconds. */
const KEPT_FOR = 7 * 24 * 3_600_000;
/** No build takes longer: what still bears the name of an unfinished one after that is left of a dead builder. Milliseconds. */
const LONGEST_BUILD = 3_600_000;

/** A name of a built image that may go, or the id of one without names. */
export interface OldImage {
  readonly reference: string;
  readonly cause: string;
}

/**
 * Images that this store has built and that nobody has used for a week; with `all`, every one. Those that a container of
 * whichever store was made of are none of them.
 */
export async function oldImages(
  engine: Engine,
  store: LeaseStore,
  all: boolean,
  signal: AbortSignal,
): Promise<OldImage[]> {
  const now = Date.now();
  const [images, containers] = await Promise.all([
    engine.images({ [LABEL.buildStore]: store.id }, signal),
    engine.containers({ [LABEL.lease]: null }, signal),
  ]);
  const unused = new Set(store.images.unusedSince(engine.endpoint, now - KEPT_FOR));
  const inUse = new Set(containers.map((container) => container.image));
  return images.flatMap((image) => {
    const references = image.names.length > 0 ? image.names : [image.id];
    return references.flatMap((reference) => {
      if (inUse.has(reference) || inUse.has(image.id)) return [];
      const cause = all
        ? 'clean --all'
        : whyOld(image, reference, unused, store.images.known(engine.endpoint, reference), now);
      return cause === undefined ? [] : [{ reference, cause }];
    });
  });
}

function whyOld(
  image: ImageObject,
  reference: string,
  unused: ReadonlySet<string>,
  known: boolean,
  now: number,
): string | undefined {
  const age = now - image.createdAt;
  if (reference.includes(`:${UNFINISHED}`) || reference === image.id) {
    return age > LONGEST_BUILD ? 'its build was never finished' : undefined;
  }
  if (unused.has(reference)) return `built here, and not used for ${formatDuration(KEPT_FOR)}`;
  return !known && age > KEPT_FOR ? `built here ${formatDuration(age)} ago, by a state that is lost` : undefined;
}

/** False where a container needs it. */
export async function removeOldImage(
  engine: Engine,
  store: LeaseStore,
  { reference }: OldImage,
  signal: AbortSignal,
): Promise<boolean> {
  const removed = await engine.removeImage(reference, signal);
  if (removed) store.images.forget(engine.endpoint, reference);
  return removed;
}
