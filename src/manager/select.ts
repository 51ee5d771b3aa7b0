import { EnvironmentError } from '../domain/errors.js';
import { isRetired, type LeaseRecord } from '../domain/lease.js';
import { isStock } from '../domain/pool.js';
import { suggest } from '../domain/suggest.js';

/**
 * The leases that a user's words mean: a project name, a lease id, or an unmistakable beginning of either. `gone`:
 * projects of the past, for what the error says.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS
 */
export function selectLeases(
  leases: readonly LeaseRecord[],
  names: readonly string[],
  gone: readonly string[] = [],
): LeaseRecord[] {
  return [...new Set(names.map((name) => selectLease(leases, name, gone)))];
}

function selectLease(leases: readonly LeaseRecord[], name: string, gone: readonly string[]): LeaseRecord {
  const exact = leases.find((lease) => lease.project === name || lease.id === name);
  if (exact) return exact;
  const begun = current(leases.filter((lease) => lease.project.startsWith(name) || lease.id.startsWith(name)));
  if (begun.length === 1) return begun[0] as LeaseRecord;
  if (begun.length > 1) throw ambiguous(begun);
  const near = suggest(
    name,
    leases.map((lease) => lease.project),
  );
  const ended = gone.find((project) => project.startsWith(name));
  const suggestion = near
    ? ` Did you mean ${near}?`
    : ended
      ? ` ${ended} has ended: \`docker-manual history ${ended}\` says when.`
      : '';
  throw new EnvironmentError('LEASE_NOT_FOUND', { name: `"${name}"`, suggestion });
}

/**
 * The one environment that was started in this folder, for commands that were given no name.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS
 */
export function selectHere(leases: readonly LeaseRecord[], cwd: string): LeaseRecord {
  const owned = leases.filter((lease) => !isStock(lease));
  const here = owned.filter((lease) => cwd === lease.spec.directory || cwd.startsWith(`${lease.spec.directory}/`));
  const candidates = current(here.length > 0 ? here : owned);
  if (candidates.length > 1) throw ambiguous(candidates);
  if (!candidates[0]) throw new EnvironmentError('LEASE_NOT_FOUND', { name: 'of this folder', suggestion: '' });
  return candidates[0];
}

/** One whose place another has taken is meant only where its whole name is said, or it is the only one. */
function current(leases: readonly LeaseRecord[]): readonly LeaseRecord[] {
  const found = leases.filter((lease) => !isRetired(lease));
  return found.length > 0 ? found : leases;
}

function ambiguous(leases: readonly LeaseRecord[]): EnvironmentError {
  return new EnvironmentError('LEASE_AMBIGUOUS', {
    count: leases.length,
    names: leases.map((l) => l.project).join(', '),
  });
}
