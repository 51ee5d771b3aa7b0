import { formatDuration } from './duration.js';

/** What a volume of ours is there for beside running environments. */
export type VolumeKind = 'seed' | 'snapshot' | 'kept';
/** Every kind, for flags and checks. */
export const VOLUME_KINDS: readonly VolumeKind[] = ['seed', 'snapshot', 'kept'];

/** Volumes that stay and go together. Times are milliseconds since the epoch. */
export interface VolumeEntry {
  readonly kind: VolumeKind;
  /** Beginning of a seed's fingerprint, the name of a snapshot, or the seat of kept volumes: what `purge` takes. */
  readonly name: string;
  /** `unfinished`: of a process that has died over it, or of a store that was lost; nobody will use it. */
  readonly state: 'ready' | 'making' | 'unfinished';
  readonly volumes: readonly string[];
  /** Services whose data it is; none where that is not known. */
  readonly services: readonly string[];
  /** The environment that it comes from, or that it is of; "" where that is not known. */
  readonly project: string;
  /** Undefined where the engine cannot tell. */
  readonly bytes: number | undefined;
  readonly createdAt: number;
  /** Undefined where nobody has noted it. */
  readonly usedAt: number | undefined;
  /** Containers that have it mounted, running or not. */
  readonly users: readonly string[];
}

/** Which of the volumes that outlive environments are meant. */
export interface PurgeChoice {
  /** Only these: names, or beginnings of them that mean one. */
  readonly names?: readonly string[];
  /** Only these kinds; seeds by default, and with names all of them. */
  readonly kinds?: readonly VolumeKind[];
  /** Only what was not used for so long. Milliseconds. */
  readonly idle?: number;
}

/** What is to be done with an entry, and why. */
export interface PurgeStep {
  readonly entry: VolumeEntry;
  readonly action: 'remove' | 'keep';
  readonly cause: string;
}

/**
 * Decides for each entry that is meant. Snapshots and kept volumes are data of people: they go only where they are asked
 * for, by kind or by name; a seed can be made again.
 */
export function planPurge(entries: readonly VolumeEntry[], choice: PurgeChoice, now: number): PurgeStep[] {
  const { names, kinds = names ? VOLUME_KINDS : ['seed'], idle } = choice;
  const ofKind = entries.filter((entry) => kinds.includes(entry.kind));
  const chosen = names?.flatMap((name) => named(ofKind, name));
  const meant = ofKind.filter((entry) => chosen === undefined || chosen.includes(entry));
  return meant.map((entry): PurgeStep => {
    const keep = (cause: string): PurgeStep => ({ entry, action: 'keep', cause });
    if (entry.users.length > 0) return keep(`used by ${entry.users.join(', ')}`);
    if (entry.state === 'making') return keep('it is being made');
    if (entry.state === 'unfinished') return { entry, action: 'remove', cause: 'it was never finished' };
    const last = entry.usedAt ?? entry.createdAt;
    const ago = `last used ${formatDuration(Math.max(0, now - last))} ago`;
    if (idle !== undefined && now - last < idle) return keep(ago);
    return { entry, action: 'remove', cause: entry.usedAt === undefined ? 'asked for' : ago };
  });
}

/** Words that mean nothing, or more than one thing. */
export function unclearNames(
  entries: readonly VolumeEntry[],
  { names = [], kinds = VOLUME_KINDS }: PurgeChoice,
): string[] {
  const ofKind = entries.filter((entry) => kinds.includes(entry.kind));
  return names.filter((name) => named(ofKind, name).length === 0);
}

/** What is called so, else the one thing whose name begins so. */
function named(entries: readonly VolumeEntry[], word: string): readonly VolumeEntry[] {
  const exact = entries.filter(({ name }) => name === word);
  if (exact.length > 0) return exact;
  const begun = entries.filter(({ name }) => name.startsWith(word));
  return new Set(begun.map(({ name }) => name)).size === 1 ? begun : [];
}
