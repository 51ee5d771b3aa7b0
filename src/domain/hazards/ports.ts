import type { Binding } from '../lease.js';
import type { PortModel } from '../model.js';
import { Replace } from '../override.js';
import { eachService, type HazardRule } from './hazard.js';

/** The ports of a service as Compose writes them. */
export function leasedPorts(own: readonly Binding[], host: string): PortModel[] {
  return own.map((b) => ({
    mode: 'ingress',
    host_ip: host,
    target: b.target,
    ...(b.port === 0 ? {} : { published: b.count === 1 ? String(b.port) : `${b.port}-${b.port + b.count - 1}` }),
    protocol: b.protocol,
  }));
}

/** Published ports exist once on a machine: each becomes a leased one, on loopback. */
export const publishedPorts: HazardRule = (context) =>
  eachService(context, (name, service) => {
    if (!service.ports?.length) return [];
    const own = context.bindings.filter((b) => b.service === name);
    const ports = leasedPorts(own, context.host);
    context.draft.set('services', name, { ports: new Replace(ports) });
    return own.map((b, i) => ({
      service: name,
      kind: 'published-port' as const,
      class: 'silent' as const,
      path: ['services', name, 'ports', String(i)],
      was: `${service.ports?.[i]?.host_ip ?? '0.0.0.0'}:${b.published || '(any)'} -> ${b.target}/${b.protocol}`,
      becomes: `${context.host}:${ports[i]?.published ?? '(any)'} -> ${b.target}/${b.protocol}`,
    }));
  });
