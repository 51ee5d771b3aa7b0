import { LABEL, type Labels, labelledClaim } from './labels.js';
import type { EngineAddress, LeaseRecord } from './lease.js';
import { PROJECT_NAME, projectName } from './project-name.js';

/** What the engine and the store together say of one environment, and what is to be done about it. */
export interface Finding {
  /** As it stands in the store; rebuilt from labels where `lost`. */
  readonly lease: LeaseRecord;
  /** The store does not know it any more: its row is written again, whatever happens to it then. */
  readonly lost: boolean;
  /** On the engine that was asked. What is elsewhere is left alone. */
  readonly here: boolean;
  readonly action: 'keep' | 'remove';
  readonly cause: string;
}

/** Objects of our store for which it has no lease, as leases again. */
export interface Lost {
  readonly leases: readonly LeaseRecord[];
  /** Objects that do not say enough of their lease, by lease id: nobody can tell whether they are still held. */
  readonly unreadable: readonly string[];
}

/**
 * Rebuilds the rows of leases that only the engine's objects know. `known` are the ids that the store has, before or
 * after the objects were listed: what was claimed or released meanwhile is not lost.
 */
export function lostLeases(objects: readonly Labels[], known: ReadonlySet<string>, engine: EngineAddress): Lost {
  const leases = new Map<string, LeaseRecord | undefined>();
  for (const labels of objects) {
    const id = labels[LABEL.lease];
    if (id === undefined || known.has(id) || leases.get(id)) continue;
    leases.set(id, fromLabels(id, labels, engine));
  }
  return {
    leases: [...leases.values()].filter((lease) => lease !== undefined),
    unreadable: [...leases].filter(([, lease]) => lease === undefined).map(([id]) => id),
  };
}

/** An id becomes the name of a folder, and a project the beginning of a volume's: anybody can write labels. */
const LEASE_ID = /^[0-9a-f]{32}$/;

function fromLabels(id: string, labels: Labels, engine: EngineAddress): LeaseRecord | undefined {
  const claim = labelledClaim(labels);
  if (!claim || !LEASE_ID.test(id) || !isProjectOf(claim.project, id)) return undefined;
  const generation = Number(labels[LABEL.generation]) || 1;
  const { memory = 0 } = claim; // objects made before leases counted it do not say
  return { ...claim, memory, id, state: 'ready', generation, holders: [], renewals: 0, engine, timeline: null };
}

function isProjectOf(project: string, id: string): boolean {
  return PROJECT_NAME.test(project) && project.endsWith(projectName('', id));
}
