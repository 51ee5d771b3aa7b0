import type { Health } from './health.js';

/** What one container is like, by its status and its health check. */
export interface ContainerHealth {
  readonly name: string;
  readonly health: Health;
  /** Why it is not well, in words. */
  readonly why?: string;
}

/** What its application says when it is asked; `unknown` where there is nothing to ask, or nobody could. */
export type Answer = { readonly state: 'answers' | 'unknown' | 'silent'; readonly why?: string };

export interface ServiceHealth {
  readonly health: Health;
  readonly containers: readonly ContainerHealth[];
  readonly answer: Answer;
}

/** All of it at one glance: the worst of the services, and the reasons. */
export interface SystemHealth {
  readonly health: 'healthy' | 'starting' | 'unhealthy' | 'stopped';
  readonly reasons: readonly string[];
}

/** A container that runs well, whose application does not answer, is not well. */
export function systemHealth(services: Readonly<Record<string, ServiceHealth>>): SystemHealth {
  const all = Object.entries(services);
  const reasons = all.flatMap(([name, service]) => reasonsOf(name, service));
  const states = all.map(([, service]) => service.health);
  if (states.length === 0 || states.every((state) => state === 'stopped')) return { health: 'stopped', reasons };
  const silent = all.some(([, { answer }]) => answer.state === 'silent');
  if (states.includes('unhealthy') || states.includes('stopped') || (silent && !states.includes('starting'))) {
    return { health: 'unhealthy', reasons };
  }
  return { health: states.includes('starting') ? 'starting' : 'healthy', reasons };
}

function reasonsOf(service: string, { containers, answer }: ServiceHealth): string[] {
  const ill = containers.flatMap(({ name, why }) => (why === undefined ? [] : [`${name}: ${why}`]));
  if (ill.length > 0 || answer.state !== 'silent') return ill;
  return [`${service} does not answer: ${answer.why ?? 'no reason given'}`];
}
