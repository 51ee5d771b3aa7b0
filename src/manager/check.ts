import { EnvironmentError } from '../domain/errors.js';
import { changes } from '../domain/identity.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ContainerSummary } from '../engine/engine.js';
import type { Context } from './context.js';
import { type WhichEnvironment, withEnvironment } from './leased.js';
import { overBecause } from './owner-life.js';

/** Which environment is compared with its lease. */
export interface CheckOptions extends WhichEnvironment {
  readonly signal?: AbortSignal;
}

/**
 * Makes sure that the ports of an environment are still its own: each is published by a running container of its lease.
 * One engine call.
 *
 * @throws ENVIRONMENT_CHANGED saying what is different, LEASE_NOT_FOUND, LEASE_AMBIGUOUS
 */
export function check(context: Context, options: CheckOptions): Promise<LeaseRecord> {
  return withEnvironment(context, options, async (there, record) => {
    await verified(there, record, options.signal ?? new AbortController().signal);
    return record;
  });
}

/** @returns the containers of the lease. @throws ENVIRONMENT_CHANGED */
export async function verified(
  context: Context,
  record: LeaseRecord,
  signal: AbortSignal,
): Promise<ContainerSummary[]> {
  const { project } = record;
  const changed = (what: string) => new EnvironmentError('ENVIRONMENT_CHANGED', { project, what });
  const over = await overBecause(context, record);
  if (over !== undefined) throw changed(over);
  if (record.state === 'pending' || record.state === 'starting') throw changed('it is not ready yet');
  const engine = await context.engine();
  const containers = await engine.containers({ [LABEL.lease]: record.id }, signal);
  const services = Object.entries(record.timeline?.services ?? {});
  const completed = new Set(services.flatMap(([name, { state }]) => (state === 'completed' ? [name] : [])));
  const found = changes(record.bindings, containers, completed);
  if (found.length > 0) throw changed(found.join('; '));
  return containers;
}
