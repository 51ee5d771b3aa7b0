import { imageFamily } from './image-family.js';
import type { Binding } from './lease.js';
import type { ComposeModel } from './model.js';

/** Where a service of an environment is reached. */
export interface ServiceAddress {
  readonly host: string;
  /** "5432/tcp" → the leased port. */
  readonly ports: Readonly<Record<string, number>>;
  /** Only where the image is known; with the credentials that the compose file gives it. */
  readonly url?: string;
}

/** service name → address, for every service of the model. */
export function serviceAddresses(
  model: ComposeModel,
  bindings: readonly Binding[],
  host: string,
): Record<string, ServiceAddress> {
  return Object.fromEntries(
    Object.entries(model.services).map(([name, service]) => {
      const own = bindings.filter((b) => b.service === name);
      const ports = Object.fromEntries(own.map((b) => [`${b.target}/${b.protocol}`, b.port]));
      const family = imageFamily(service.image);
      const port = family && ports[`${family.port}/tcp`];
      const url = family?.url && port ? family.url(host, port, variables(service.environment)) : undefined;
      return [name, { host, ports, ...(url === undefined ? {} : { url }) }];
    }),
  );
}

/**
 * The variables a test process gets: `DM_<SERVICE>_HOST`, `_PORT` (the first published port), `_PORT_<target>`, `_URL`
 * for every service with a published port, and the names that clients of a known image read by themselves, from the
 * first service of that kind.
 */
export function environmentVariables(
  model: ComposeModel,
  addresses: Readonly<Record<string, ServiceAddress>>,
): Record<string, string> {
  const env: Record<string, string> = {};
  const conventional: Record<string, string> = {};
  for (const [name, address] of Object.entries(addresses)) {
    const ports = Object.entries(address.ports);
    if (ports.length === 0) continue;
    const prefix = `DM_${variableName(name)}`;
    env[`${prefix}_HOST`] = address.host;
    env[`${prefix}_PORT`] = String(ports[0]?.[1]);
    for (const [target, port] of ports) env[`${prefix}_PORT_${targetName(target)}`] = String(port);
    if (address.url) env[`${prefix}_URL`] = address.url;
    const service = model.services[name];
    const family = imageFamily(service?.image);
    const port = family && address.ports[`${family.port}/tcp`];
    if (!family?.variables || !port) continue;
    for (const [key, value] of Object.entries(family.variables(address.host, port, variables(service?.environment)))) {
      conventional[key] ??= value;
    }
  }
  return { ...conventional, ...env };
}

/** "auth-db" → "AUTH_DB". */
export function variableName(service: string): string {
  return service.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** "5432/tcp" → "5432", "53/udp" → "53_UDP". */
function targetName(target: string): string {
  const [port, protocol] = target.split('/');
  return protocol === 'tcp' ? String(port) : `${port}_${protocol?.toUpperCase()}`;
}

function variables(environment: Readonly<Record<string, string | null>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}
