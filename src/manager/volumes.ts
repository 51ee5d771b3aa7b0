import { LABEL } from '../domain/labels.js';
import type { VolumeEntry } from '../domain/volume-list.js';
import type { Engine, VolumeObject } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { VolumeSet } from '../store/volume-sets.js';
import type { Context } from './context.js';
import { lifeOf } from './machine.js';

/** How the list of volumes is made. */
export interface VolumesOptions {
  /** Also how large they are, for which the engine counts all files of all volumes. True by default. */
  readonly sizes?: boolean;
  readonly signal?: AbortSignal;
}

/** Of a fingerprint, what people read and type. Characters. */
const SHORT = 12;
/** An engine with very many volumes may need longer than anybody wants to wait for sizes. Milliseconds. */
const SIZES_LIMIT = 20_000;

const NO_SIZES: Readonly<Record<string, number>> = {};

/** Every volume that outlives environments: prepared data, snapshots, and what environments for development keep. */
export async function volumes(context: Context, options: VolumesOptions): Promise<VolumeEntry[]> {
  const signal = options.signal ?? new AbortController().signal;
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  // Rows first: a volume that is made meanwhile then has one that is not looked at, and not none.
  const sets = store.volumeSets.list().filter((set) => set.engine === engine.endpoint);
  const [ours, containers, sizes] = await Promise.all([
    engine.volumes({ [LABEL.volumeStore]: store.id }, signal),
    engine.containers({}, signal),
    options.sizes === false ? NO_SIZES : sizesOf(engine, signal),
  ]);
  const usersOf = (names: readonly string[]) =>
    containers.filter((c) => c.volumes.some((volume) => names.includes(volume))).map((c) => c.name);
  const measured = (names: readonly string[]) => {
    const known = names.map((name) => sizes[name]);
    return known.includes(undefined) ? undefined : known.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  };
  const there = new Set(ours.map(({ name }) => name));
  const listed = [...sets.map((set) => setEntry(set, there)), ...strangers(ours, store), ...kept(ours, store)];
  return listed.map((entry) => ({ ...entry, users: usersOf(entry.volumes), bytes: measured(entry.volumes) }));
}

type Bare = Omit<VolumeEntry, 'users' | 'bytes'>;

function setEntry(set: VolumeSet, there: ReadonlySet<string>): Bare {
  const { kind, project, createdAt, usedAt } = set;
  const names = set.volumes.map(({ volume }) => volume).filter((name) => there.has(name));
  const name = kind === 'seed' ? set.name.slice(0, SHORT) : set.name;
  const alive = lifeOf(set.maker) !== 'gone';
  const whole = set.state === 'ready' && names.length === set.volumes.length;
  const state = whole ? 'ready' : set.state === 'making' && alive ? 'making' : 'unfinished';
  const services = [...new Set(set.volumes.map(({ service }) => service))];
  return { kind, name, state, volumes: names, services, project, createdAt, usedAt };
}

/** Volumes that no row knows: their database was lost. What is in them nobody can say. */
function strangers(ours: readonly VolumeObject[], store: LeaseStore): Bare[] {
  const known = new Set(store.volumeSets.list().flatMap((set) => set.volumes.map(({ volume }) => volume)));
  return ours.flatMap(({ name, labels, createdAt }): Bare[] => {
    const seed = labels[LABEL.seed];
    if (known.has(name) || (seed === undefined && labels[LABEL.snapshot] === undefined)) return [];
    const kind = seed === undefined ? 'snapshot' : 'seed';
    const called = seed?.slice(0, SHORT) ?? labels[LABEL.snapshot] ?? '';
    const rest = { volumes: [name], services: [], project: '', createdAt, usedAt: undefined };
    return [{ kind, name: called, state: 'unfinished', ...rest }];
  });
}

/** By the seat that keeps them; those of an environment that is there have containers, and a lease. */
function kept(ours: readonly VolumeObject[], store: LeaseStore): Bare[] {
  const seats = new Map<string, VolumeObject[]>();
  for (const volume of ours) {
    const seat = volume.labels[LABEL.seat];
    if (seat !== undefined) seats.set(seat, [...(seats.get(seat) ?? []), volume]);
  }
  const leases = store.list();
  return [...seats].map(([seat, volumes]): Bare => {
    const project = leases.find(({ spec }) => spec.seat === seat)?.project ?? '';
    const createdAt = Math.min(...volumes.map((volume) => volume.createdAt));
    const names = volumes.map(({ name }) => name);
    const state = project === '' ? 'ready' : 'making'; // an environment that is being started has no container yet
    const usedAt = store.volumeSets.seatUsedAt(seat);
    return { kind: 'kept', name: seat, state, volumes: names, services: [], project, createdAt, usedAt };
  });
}

async function sizesOf(engine: Engine, signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
  try {
    return await engine.volumeSizes(AbortSignal.any([signal, AbortSignal.timeout(SIZES_LIMIT)]));
  } catch {
    signal.throwIfAborted();
    return {};
  }
}
