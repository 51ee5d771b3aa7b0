import { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import { levels } from '../domain/order.js';
import type { ContainerSummary } from '../engine/engine.js';
import { type Climb, climb } from './ladder.js';

/**
 * Restarts one container after the other in the order of what they depend on, each ready again before the next one: of
 * a service with replicas there is always one that answers.
 *
 * @throws ROLLING_STOPPED at the first one that does not become ready; those behind it are untouched
 */
export async function rollThrough(task: Climb): Promise<LeaseRecord> {
  let { record } = task;
  const queue = await containersInOrder(task);
  for (const [position, container] of queue.entries()) {
    const { service, id } = container;
    try {
      ({ record } = await climb({ ...task, record, services: [service], containers: [id], rungs: ['restart'] }));
    } catch (error) {
      if (!(error instanceof EnvironmentError) || error.code === 'ABORTED' || error.code === 'LEASE_LOST') throw error;
      throw stopped(task, container, queue.slice(0, position), queue.slice(position + 1), error);
    }
  }
  return record;
}

async function containersInOrder({ engine, record, model, services, signal }: Climb): Promise<ContainerSummary[]> {
  const all = await engine.containers({ [LABEL.lease]: record.id }, signal);
  const byName = all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return levels(model, services)
    .flat()
    .flatMap((service) => byName.filter((container) => container.service === service));
}

function stopped(
  { record }: Climb,
  at: ContainerSummary,
  done: readonly ContainerSummary[],
  untouched: readonly ContainerSummary[],
  cause: EnvironmentError,
): EnvironmentError {
  const names = (list: readonly ContainerSummary[]) => list.map(({ name }) => name).join(', ') || 'none';
  return new EnvironmentError(
    'ROLLING_STOPPED',
    {
      ...{ project: record.project, container: at.name, done: names(done), untouched: names(untouched) },
      reason: cause.message,
    },
    { cause },
  );
}
