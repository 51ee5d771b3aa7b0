import type { Binding } from './lease.js';

/** A container as the engine lists it, narrowed to what tells whether it is still the lease's. */
interface Listed {
  readonly service: string;
  readonly status: string;
  readonly published: readonly Published[];
}

/** A port of a running container and where it is reached. */
export interface Published {
  readonly target: number;
  readonly protocol: string;
  readonly port: number;
}

/**
 * What of the bindings is no longer published by a running container of the lease; empty while a client that uses
 * them talks to the lease's own services. `completed` are services that were to end.
 */
export function changes(
  bindings: readonly Binding[],
  containers: readonly Listed[],
  completed: ReadonlySet<string>,
): string[] {
  const services = new Set(bindings.map((binding) => binding.service));
  return [...services].flatMap((service) => {
    const own = containers.filter((container) => container.service === service);
    if (completed.has(service) && own.some((container) => container.status === 'exited')) return [];
    if (own.length === 0) return [`"${service}" was removed`];
    const running = own.filter((container) => container.status === 'running');
    if (running.length === 0) return [`"${service}" is ${own[0]?.status}`];
    const published = running.flatMap((container) => container.published);
    return bindings.filter((binding) => binding.service === service).flatMap((binding) => moved(binding, published));
  });
}

function moved({ service, target, protocol, port }: Binding, published: readonly Published[]): string[] {
  const now = published.filter((each) => each.target === target && each.protocol === protocol).map((each) => each.port);
  if (now.includes(port)) return [];
  const where = now.length === 0 ? 'nowhere' : `at ${[...new Set(now)].join(', ')}`;
  return [`"${service}" is reached ${where} for ${target}/${protocol}, not at ${port}`];
}
