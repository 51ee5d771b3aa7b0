import type { Labels } from '../../domain/labels.js';
import type { LeaseRecord } from '../../domain/lease.js';
import type { VolumeCopy } from '../../domain/override.js';
import type { Engine } from '../../engine/engine.js';

/**
 * Makes containers and fills volumes of theirs at the same time: a volume that takes nothing from its image is made
 * before, with the labels by which Compose knows it for its own. Waits for both also when one has failed.
 */
export async function createAndFill(
  engine: Engine,
  { project }: LeaseRecord,
  copies: readonly VolumeCopy[],
  labels: Labels,
  create: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    copies.map(({ to, early }) => {
      const own = { 'com.docker.compose.project': project, 'com.docker.compose.volume': early?.key ?? '' };
      return engine.createVolume(to, early?.driver, { ...labels, ...own }, signal);
    }),
  );
  const work = [create(), ...copies.map((copy) => engine.copyIntoVolume(copy, labels, signal))];
  const failure = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}
