import { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import { type Context, createContext } from './context.js';
import { selectHere, selectLeases } from './select.js';

/** Which environment a use case is about. */
export interface WhichEnvironment {
  /**
   * Project or lease id, or the beginning of one; by default the one that DM_LEASE names, which every variable set of an
   * environment holds, else the one environment of this folder.
   */
  readonly name?: string;
  readonly cwd?: string;
}

/**
 * Finds the environment and works on it. A process that was given its variables by another one finds it in that one's
 * state folder.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS
 */
export async function withEnvironment<T>(
  context: Context,
  { name, cwd }: WhichEnvironment,
  work: (context: Context, record: LeaseRecord) => Promise<T>,
): Promise<T> {
  const { leased, stateDir } = context.config;
  if (name !== undefined || leased === undefined) {
    const leases = (await context.store()).list();
    const [record] = name === undefined ? [selectHere(leases, cwd ?? process.cwd())] : selectLeases(leases, [name]);
    return work(context, record as LeaseRecord);
  }
  if (leased.stateDir === stateDir) return work(context, await leasedRecord(context, leased.id));
  const there = createContext({ ...context.config, stateDir: leased.stateDir }, { engine: await context.engine() });
  try {
    return await work(there, await leasedRecord(there, leased.id));
  } finally {
    await there.close();
  }
}

/** Never another environment instead: a test must not wipe the data of one that it was not given. */
async function leasedRecord(context: Context, id: string): Promise<LeaseRecord> {
  const record = (await context.store()).find(id);
  if (record) return record;
  throw new EnvironmentError('LEASE_NOT_FOUND', {
    name: `"${id}" of DM_LEASE in ${context.config.stateDir}`,
    suggestion: '',
  });
}
