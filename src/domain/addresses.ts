import { IMAGE_FAMILIES, imageFamily } from './image-family.js';
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
      const url = port && family.url?.(host, port, variables(service.environment), service.command ?? []);
      return [name, { host, ports, ...(url ? { url } : {}) }];
    }),
  );
}

/**
 * The variables a test process gets: `DM_<SERVICE>_HOST`, `_PORT` (the first published port), `_PORT_<target>`, `_URL`
 * for every service with a published port, `DM_CONTAINER_<SERVICE>` for `docker exec`, `DM_PROJECT`, and the
 * names that clients of a known image read by themselves.
 */
export function environmentVariables(
  model: ComposeModel,
  addresses: Readonly<Record<string, ServiceAddress>>,
  project: string,
): Record<string, string> {
  const env = conventionalVariables(model, addresses);
  env.DM_PROJECT = project;
  for (const [name, address] of Object.entries(addresses)) {
    env[`DM_CONTAINER_${variableName(name)}`] = `${project}-${name}-1`;
    const ports = Object.entries(address.ports);
    if (ports.length === 0) continue;
    const prefix = `DM_${variableName(name)}`;
    env[`${prefix}_HOST`] = address.host;
    env[`${prefix}_PORT`] = String(ports[0]?.[1]);
    for (const [target, port] of ports) env[`${prefix}_PORT_${targetName(target)}`] = String(port);
    if (address.url) env[`${prefix}_URL`] = address.url;
  }
  return env;
}

/**
 * DATABASE_URL, PG*, REDIS_URL …: of each kind the first service that publishes its port, all its names or none, so
 * that no password of one goes to another. A name that two kinds claim is that of the kind first in the table.
 */
function conventionalVariables(
  model: ComposeModel,
  addresses: Readonly<Record<string, ServiceAddress>>,
): Record<string, string> {
  const kinds = new Map<string, { readonly rank: number; readonly names: Record<string, string> }>();
  for (const [name, address] of Object.entries(addresses)) {
    const service = model.services[name];
    const family = imageFamily(service?.image);
    const port = family && address.ports[`${family.port}/tcp`];
    if (!family?.variables || !port || kinds.has(family.name)) continue;
    kinds.set(family.name, {
      rank: IMAGE_FAMILIES.indexOf(family),
      names: family.variables(address.host, port, variables(service?.environment), service?.command ?? []),
    });
  }
  const lastFirst = [...kinds.values()].sort((a, b) => b.rank - a.rank);
  return Object.assign({}, ...lastFirst.map((kind) => kind.names));
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
