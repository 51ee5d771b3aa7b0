import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { Context } from './context.js';
import { withEnvironment } from './leased.js';
import { selectLeases } from './select.js';

/** The words that are to be understood. */
export interface FindOptions {
  /** What a person has typed: an environment, or services, or both in this order. */
  readonly words: readonly string[];
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** What the words mean. */
export interface Found {
  /** The environment that the first word names, also one that is gone; absent where it names a service of this folder's. */
  readonly name?: string;
  readonly rest: readonly string[];
}

/**
 * Whether the first of a user's words is an environment: its whole name or id is, then a service of the environment of
 * this folder is not, then the beginning of a name or id is, also of one that only the history knows.
 *
 * @throws LEASE_AMBIGUOUS
 */
export async function find(context: Context, { words, cwd, signal }: FindOptions): Promise<Found> {
  const [first, ...rest] = words;
  if (first === undefined) return { rest: [] };
  const store = await context.store();
  const leases = store.list();
  if (leases.some((lease) => lease.project === first || lease.id === first)) return { name: first, rest };
  const services = await servicesHere(context, cwd, signal ?? new AbortController().signal);
  if (services.includes(first)) return { rest: words };
  if (leases.some((lease) => lease.project.startsWith(first) || lease.id.startsWith(first))) {
    const [lease] = selectLeases(leases, [first]);
    return { name: (lease as LeaseRecord).id, rest };
  }
  const gone = store.history.projects().some((project) => project.startsWith(first));
  return gone ? { name: first, rest } : { rest: words };
}

/** Of the environment that is meant where none is named; none where there is no such one. */
async function servicesHere(context: Context, cwd: string | undefined, signal: AbortSignal): Promise<string[]> {
  const which = cwd === undefined ? {} : { cwd };
  const labelled = await withEnvironment(context, which, async ({ engine }, record) =>
    (await engine()).containers({ [LABEL.lease]: record.id }, signal),
  ).catch(() => []);
  return labelled.map((container) => container.service);
}
