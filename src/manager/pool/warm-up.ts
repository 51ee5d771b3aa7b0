import { LABEL } from '../../domain/labels.js';
import type { LeaseRecord } from '../../domain/lease.js';
import type { ComposeModel } from '../../domain/model.js';
import { dataStrategy, serviceData } from '../../domain/resets/index.js';
import type { Engine } from '../../engine/engine.js';
import { Deadline } from '../deadline.js';

/** Of one query; what takes longer is not waited for. Milliseconds. */
const LIMIT = 10_000;

/**
 * Asks the databases of an environment that nobody has yet a first query, so that whoever gets it does not wait for what
 * a server reads then. Never throws: one that was not asked is as good, and slower once.
 */
export async function warmUp(
  engine: Engine,
  lease: LeaseRecord,
  model: ComposeModel,
  caller: AbortSignal,
): Promise<void> {
  const asked = Object.entries(model.services).flatMap(([name, service]) => {
    const query = dataStrategy(service)?.firstQuery?.(serviceData(service));
    return query ? [[name, query] as const] : [];
  });
  if (asked.length === 0) return;
  using deadline = new Deadline(LIMIT, caller);
  const { signal } = deadline;
  try {
    const containers = await engine.containers({ [LABEL.lease]: lease.id }, signal);
    const queries = asked.flatMap(([name, { command, env }]) => {
      const own = containers.filter(({ service, status }) => service === name && status === 'running');
      return own.map(({ id }) => engine.exec(id, command, signal, env));
    });
    await Promise.allSettled(queries);
  } catch {
    // the engine has not answered: the next to ask it says so
  }
}
