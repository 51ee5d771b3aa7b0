import type { LeaseRecord } from './lease.js';

/** Labels that say whose an object is. Nothing is removed without them. */
export const LABEL = {
  lease: 'dev.docker-manual.lease',
  generation: 'dev.docker-manual.generation',
  store: 'dev.docker-manual.store',
  /** What the lease was claimed for, as JSON: enough to know its owner when the store has been lost. */
  claim: 'dev.docker-manual.claim',
  /** Of an image that we have built: the hash of all that it was made of, or "unknown". Its containers bear it too. */
  build: 'dev.docker-manual.build',
  /** The store that has built an image: only that one removes it. */
  buildStore: 'dev.docker-manual.build-store',
  /** On a volume that is kept: the seat whose it is. It bears no lease, and so no release removes it. */
  seat: 'dev.docker-manual.seat',
  /** On a volume with prepared data: its fingerprint. */
  seed: 'dev.docker-manual.seed',
  /** On a volume of a snapshot: the name that it was given. */
  snapshot: 'dev.docker-manual.snapshot',
  /** On these three: the store that has made it, and alone removes it. They bear no lease: no release takes them. */
  volumeStore: 'dev.docker-manual.volume-store',
} as const;

export type Labels = Readonly<Record<string, string>>;

/** The part of a lease that its objects bear. */
export type LabelledClaim = Pick<
  LeaseRecord,
  | 'project'
  | 'mode'
  | 'sharedKey'
  | 'owner'
  | 'createdAt'
  | 'expiresAt'
  | 'ports'
  | 'subnets'
  | 'spec'
  | 'bindings'
  | 'memory'
>;

/** `claim`'s owner and expiry are those that the lease will have once it is ready: labels cannot be changed later. */
export function leaseLabels(leaseId: string, generation: number, storeId: string, claim: LabelledClaim): Labels {
  const { project, mode, sharedKey, owner, createdAt, expiresAt, ports, subnets, spec, bindings, memory } = claim;
  const text = JSON.stringify({
    project,
    mode,
    sharedKey,
    owner,
    createdAt,
    expiresAt,
    ports,
    subnets,
    spec,
    bindings,
    memory,
  });
  return {
    [LABEL.lease]: leaseId,
    [LABEL.generation]: String(generation),
    [LABEL.store]: storeId,
    [LABEL.claim]: text,
  };
}

/** What an object says of its lease; undefined where the label is missing or not ours. */
export function labelledClaim(labels: Labels): LabelledClaim | undefined {
  try {
    const claim = JSON.parse(labels[LABEL.claim] ?? '') as Partial<LabelledClaim> | null;
    return claim?.project && claim.owner && claim.spec && claim.createdAt ? (claim as LabelledClaim) : undefined;
  } catch {
    return undefined;
  }
}
