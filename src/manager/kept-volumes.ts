import { EnvironmentError } from '../domain/errors.js';
import type { KeptVolume } from '../domain/hazards/kinds.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord, Spec } from '../domain/lease.js';
import type { Engine } from '../engine/engine.js';

/** Removal has its own time, as every cleanup. Milliseconds. */
const REMOVE_TIMEOUT = 30_000;

/**
 * Makes the volumes that outlive the environment, where they are not there yet. The store sees to it that one environment
 * at a time has them; of another state folder's only the engine knows.
 *
 * @throws EXCLUSIVE_HELD when a running container has one
 */
export async function keepVolumes(
  engine: Engine,
  storeId: string,
  lease: LeaseRecord,
  kept: readonly KeptVolume[],
  signal: AbortSignal,
): Promise<void> {
  const { seat = '' } = lease.spec;
  const names = kept.map(({ name }) => name);
  const users = (await engine.containers({}, signal)).filter(
    (container) => container.status === 'running' && container.labels[LABEL.lease] !== lease.id,
  );
  for (const { name, volumes } of users) {
    const held = volumes.find((volume) => names.includes(volume));
    if (held) throw new EnvironmentError('EXCLUSIVE_HELD', { project: name, owner: 'a container', what: held });
  }
  const labels = { [LABEL.seat]: seat, [LABEL.volumeStore]: storeId };
  await Promise.all(kept.map(({ name, driver }) => engine.createVolume(name, driver, labels, signal)));
}

/** Removes what the seat has kept: only what bears its label. */
export async function removeKeptVolumes(engine: Engine, { seat, keepsVolumes }: Spec): Promise<void> {
  if (seat === undefined || !keepsVolumes) return;
  const signal = AbortSignal.timeout(REMOVE_TIMEOUT);
  const volumes = await engine.volumes({ [LABEL.seat]: seat }, signal);
  await Promise.all(volumes.map(({ name }) => engine.removeVolume(name, signal)));
}
