import { EnvironmentError } from '../domain/errors.js';
import { breaches } from '../domain/isolation.js';
import { LABEL } from '../domain/labels.js';
import type { Binding, LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { PortMode } from '../domain/ports.js';
import type { ContainerDetail, Engine } from '../engine/engine.js';

/**
 * Reads back what the engine really has, and refuses to hand over anything that the lease does not hold: a port
 * outside its block or off its address, a name without the project's prefix, a foreign volume or network.
 *
 * @returns the containers, and the bindings as the engine has them.
 * @throws ISOLATION_BROKEN, SERVICE_FAILED when a container has gone since it was ready
 */
export async function readBack(
  engine: Engine,
  lease: LeaseRecord,
  model: ComposeModel,
  planned: readonly Binding[],
  portMode: PortMode,
  signal: AbortSignal,
): Promise<Binding[]> {
  const summaries = await engine.containers({ [LABEL.lease]: lease.id }, signal);
  const details = await Promise.all(summaries.map((c) => engine.inspect(c.id, signal)));
  const containers = details.filter((d) => d !== undefined);
  for (const container of containers) {
    const [what] = breaches(lease, model, container, engine.host, portMode);
    if (what) throw new EnvironmentError('ISOLATION_BROKEN', { service: container.service, what });
  }
  return planned.map((binding) => confirm(binding, containers));
}

/** Service by service as planned; the engine may have chosen another port of a leased range. */
function confirm(binding: Binding, containers: readonly ContainerDetail[]): Binding {
  const key = `${binding.target}/${binding.protocol}`;
  const published = containers
    .filter((c) => c.service === binding.service)
    .flatMap((c) => c.ports[key] ?? [])
    .map((p) => p.port);
  if (binding.port === 0 && published.length > 0) return { ...binding, port: Math.min(...published), count: 1 };
  const inBlock = published.filter((port) => port >= binding.port && port < binding.port + binding.count);
  if (inBlock.length > 0) {
    const port = Math.min(...inBlock);
    return { ...binding, port, count: binding.count - (port - binding.port) };
  }
  const completed = containers.some((c) => c.service === binding.service && c.status === 'exited' && c.exitCode === 0);
  if (completed || !containers.some((c) => c.service === binding.service)) return binding;
  const reason = `does not publish port ${key} any more`;
  throw new EnvironmentError('SERVICE_FAILED', { service: binding.service, reason, evidence: '' });
}
