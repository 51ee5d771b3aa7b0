import { EnvironmentError } from '../../domain/errors.js';
import type { HostFacts } from '../../domain/hazards/hazard.js';
import type { SeededService } from '../../domain/hazards/seeds.js';
import { LABEL } from '../../domain/labels.js';
import type { LeaseRecord } from '../../domain/lease.js';
import type { ComposeModel } from '../../domain/model.js';
import type { Seeds } from '../../domain/seeds.js';
import type { Engine } from '../../engine/engine.js';
import { takeFileLock } from '../../store/file-lock.js';
import type { LeaseStore } from '../../store/lease-store.js';
import type { VolumeSet } from '../../store/volume-sets.js';
import type { Config } from '../config.js';
import { identifySeed, type SeedIdentity } from './fingerprint.js';

export interface SeedTask {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly template: ComposeModel;
  readonly facts: HostFacts;
  readonly seeds: Seeds;
  readonly tuned: boolean;
}

/**
 * The prepared data of one start: what is there, and what this start is the one to prepare. Whoever prepares holds a lock
 * until it is done or given up; who comes meanwhile waits, and finds it there.
 */
export class Seeding implements AsyncDisposable {
  /** Everything that is seeded, for the plan. */
  readonly services: readonly SeededService[];
  readonly missing: readonly SeedIdentity[];
  readonly #found: readonly VolumeSet[];
  readonly #store: LeaseStore;
  readonly #locks: readonly (() => Promise<void>)[];

  private constructor(
    store: LeaseStore,
    entries: readonly { identity: SeedIdentity; set: VolumeSet | undefined }[],
    locks: readonly (() => Promise<void>)[],
  ) {
    this.#store = store;
    this.#locks = locks;
    this.#found = entries.flatMap(({ set }) => set ?? []);
    this.missing = entries.flatMap(({ identity, set }) => (set ? [] : [identity]));
    this.services = entries.map(({ identity: { service, folders }, set }) => ({
      service,
      folders: folders.map((folder) => ({
        ...folder,
        from: set?.volumes.find(({ target }) => target === folder.target)?.volume,
      })),
    }));
  }

  /** @throws OPTION_INVALID, IMAGE_UNAVAILABLE */
  static async find(task: SeedTask, lease: LeaseRecord, signal: AbortSignal): Promise<Seeding> {
    const entries: { identity: SeedIdentity; set: VolumeSet | undefined }[] = [];
    const locks: (() => Promise<void>)[] = [];
    try {
      for (const identity of await identified(task, lease, signal)) {
        let set = await present(task, identity, signal);
        if (!set) {
          tellOthers(task, lease, identity);
          const unlock = await takeFileLock(task.config.stateDir, lockName(identity), signal);
          locks.push(unlock);
          set = await present(task, identity, signal);
          if (set) await unlock();
        }
        entries.push({ identity, set });
      }
      return new Seeding(task.store, entries, locks);
    } catch (error) {
      for (const unlock of locks) await unlock();
      throw error;
    }
  }

  /**
   * Says that what was copied is used, and makes sure that it was there until now.
   *
   * @throws SEED_GONE
   */
  used(): void {
    for (const set of this.#found) {
      if (this.#store.volumeSets.touch(set)) continue;
      throw new EnvironmentError('SEED_GONE', { service: set.volumes[0]?.service ?? '', evidence: '' });
    }
  }

  /** What was to be prepared is, or will not be: others need not wait any longer. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const unlock of this.#locks) await unlock();
  }
}

/** In the order of their locks, so that two starts never wait for each other. */
async function identified(task: SeedTask, lease: LeaseRecord, signal: AbortSignal): Promise<SeedIdentity[]> {
  const { config, seeds, tuned } = task;
  const around = { ...task, directory: lease.spec.directory, tuned, signal };
  const all: SeedIdentity[] = [];
  for (const [service, seed] of Object.entries(seeds)) {
    if (!(service in task.template.services)) continue; // not among the chosen services
    const identity = await identifySeed(around, service, seed);
    // What is kept from one environment to the next has been filled by the first one, or by hand.
    const folders = identity.folders.filter(({ key }) => key === undefined || !lease.spec.keepsVolumes);
    if (folders.length > 0) all.push({ ...identity, folders });
    else config.onProgress({ type: 'notice', text: `${service} is not seeded: its volumes are kept as they are` });
  }
  return all.sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
}

/** What the store says is there, if the engine says so too. */
async function present(
  { engine, store }: SeedTask,
  { fingerprint }: SeedIdentity,
  signal: AbortSignal,
): Promise<VolumeSet | undefined> {
  const set = store.volumeSets.find(engine.endpoint, 'seed', fingerprint);
  if (!set) return undefined;
  const there = new Set((await engine.volumes({ [LABEL.seed]: fingerprint }, signal)).map(({ name }) => name));
  if (set.volumes.every(({ volume }) => there.has(volume))) return set;
  store.volumeSets.forget(set); // somebody has removed a volume by hand
  return undefined;
}

function tellOthers({ config, store }: SeedTask, lease: LeaseRecord, { fingerprint, service }: SeedIdentity): void {
  const maker = store.volumeSets.unfinished().find(({ name }) => name === fingerprint);
  if (!maker) return;
  const reason = `${maker.project} is preparing the data of "${service}"`;
  config.onProgress({ type: 'waiting', project: lease.project, reason });
}

function lockName({ fingerprint }: SeedIdentity): string {
  return `seed-${fingerprint.slice(0, 16)}`;
}
