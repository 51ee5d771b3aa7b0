import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { Engine } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { SavedVolume, VolumeSet, VolumeSetKind } from '../store/volume-sets.js';
import { lifeOf, thisProcess } from './machine.js';

/** Removal has its own time, as every cleanup. Milliseconds. */
const REMOVE_TIMEOUT = 30_000;

/** A volume whose data is to be kept, and as what. */
export interface VolumeSource extends SavedVolume {
  /** Volume of the environment that is copied. */
  readonly from: string;
}

export interface Saving {
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly lease: LeaseRecord;
  readonly kind: VolumeSetKind;
  /** Of a seed its fingerprint, of a snapshot the name that it was given. */
  readonly name: string;
  readonly sources: readonly VolumeSource[];
  readonly signal: AbortSignal;
}

/**
 * Copies volumes into volumes of their own, which outlive the environment. Nobody must be writing into them. What a killed
 * process has made of it goes with the lease, or with the next sweep.
 *
 * @returns undefined where there is one of that name by now: nothing is kept then
 */
export async function saveVolumes(saving: Saving): Promise<VolumeSet | undefined> {
  const { engine, store, lease, kind, name, sources, signal } = saving;
  const volumes = sources.map(({ from: _, ...volume }) => volume);
  const row = store.volumeSets.begin({
    kind,
    name,
    engine: engine.endpoint,
    lease: lease.id,
    project: lease.project,
    maker: thisProcess(lease.owner.command),
    volumes,
  });
  try {
    const labels = { [LABEL[kind]]: name, [LABEL.volumeStore]: store.id };
    for (const source of sources) {
      await engine.createVolume(source.volume, undefined, labels, signal);
      const from = { type: 'volume', source: source.from } as const;
      await engine.copyIntoVolume({ from, to: source.volume, image: source.image }, helperLabels(store, lease), signal);
    }
    if (store.volumeSets.complete(row)) return row;
    await removeSet(engine, store, row);
    return undefined;
  } catch (error) {
    await removeSet(engine, store, row).catch(() => {}); // the row stays, and the next sweep tries again
    throw error;
  }
}

/** On the container that copies: with them it goes with the lease, also when its maker is killed. */
export function helperLabels(store: LeaseStore, lease: LeaseRecord): Record<string, string> {
  return { [LABEL.lease]: lease.id, [LABEL.generation]: String(lease.generation), [LABEL.store]: store.id };
}

/** Of one that nobody finds. @throws OBJECT_IN_USE when a container has a volume of it */
async function removeSet(engine: Engine, store: LeaseStore, set: VolumeSet): Promise<void> {
  const signal = AbortSignal.timeout(REMOVE_TIMEOUT);
  for (const { volume } of set.volumes) await engine.removeVolume(volume, signal);
  store.volumeSets.forget(set);
}

/** Sets of this engine that will never be whole: whoever made them has died. */
export function abandoned(engine: Pick<Engine, 'endpoint'>, store: LeaseStore): VolumeSet[] {
  const unfinished = store.volumeSets.unfinished();
  return unfinished.filter((set) => set.engine === engine.endpoint && lifeOf(set.maker) === 'gone');
}

/**
 * Removes what will never be whole: of a lease that has ended (`lease`), or of makers that have died. What cannot be removed
 * now is left to the next time.
 *
 * @returns what was removed
 */
export async function dropUnfinished(
  engine: Engine,
  store: LeaseStore,
  lease?: Pick<LeaseRecord, 'id'>,
): Promise<VolumeSet[]> {
  const ofLease = () => store.volumeSets.unfinished().filter((set) => set.lease === lease?.id);
  const left = lease ? ofLease() : abandoned(engine, store);
  const results = await Promise.allSettled(left.map((set) => removeSet(engine, store, set)));
  return left.filter((_, i) => results[i]?.status === 'fulfilled');
}
