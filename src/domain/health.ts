/** How a service stands right now, for status and reports. */
export type Health = 'starting' | 'healthy' | 'running' | 'unhealthy' | 'stopped' | 'completed';

/** What the engine's list says of one container: its status and its one-line text, "Up 3 minutes (healthy)". */
export interface ContainerGlance {
  readonly status: string;
  readonly text: string;
}

/** The health of a service with any number of containers: the worst of them. */
export function healthOf(containers: readonly ContainerGlance[]): Health {
  const order: Health[] = ['stopped', 'unhealthy', 'starting', 'running', 'healthy', 'completed'];
  const states = containers.map(glance);
  return order.find((health) => states.includes(health)) ?? 'stopped';
}

function glance({ status, text }: ContainerGlance): Health {
  if (status === 'running' || status === 'paused') {
    if (text.includes('(healthy)')) return 'healthy';
    if (text.includes('(unhealthy)')) return 'unhealthy';
    return text.includes('(health: starting)') ? 'starting' : 'running';
  }
  if (status === 'created' || status === 'restarting') return 'starting';
  return status === 'exited' && text.startsWith('Exited (0)') ? 'completed' : 'stopped';
}
