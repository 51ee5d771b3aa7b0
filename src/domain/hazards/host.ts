import { DECISIONS, decided } from '../decisions.js';
import { imageFamily } from '../image-family.js';
import type { ComposeModel, ServiceModel } from '../model.js';
import { RESET, Replace } from '../override.js';
import { commandOf, eachService, environmentOf, type Hazard, type HazardContext, type HazardRule } from './hazard.js';
import { leasedPorts } from './ports.js';

/** The name under which environments on the host's network exclude each other. */
export const HOST_NETWORK = 'host-network';

/** A service on the host's network takes its ports on the machine itself. */
export const hostNetwork: HazardRule = (context) =>
  eachService(context, (name, service): Hazard[] => {
    if (service.network_mode !== 'host') return [];
    const hazard = {
      service: name,
      kind: 'host-network',
      path: ['services', name, 'network_mode'],
      was: 'host',
    } as const;
    switch (decided(context.decisions.hostNetwork, name)) {
      case 'share':
        return [{ ...hazard, class: 'notice', becomes: 'kept: its ports are the machine’s' }];
      case 'exclusive':
        context.draft.exclusive.add(HOST_NETWORK);
        return [{ ...hazard, class: 'notice', becomes: 'kept: one such environment at a time' }];
      case 'convert':
        return [convert(context, name, hazard)];
      default: {
        const choices = DECISIONS.hostNetwork.map((value) => `host-network=${value}`);
        return [{ ...hazard, class: 'decision', becomes: 'host-network=convert, exclusive or share', choices }];
      }
    }
  });

function convert(
  { model, draft, bindings, host }: HazardContext,
  name: string,
  hazard: Omit<Hazard, 'class' | 'becomes'>,
): Hazard {
  const own = bindings.filter((b) => b.service === name);
  draft.set('services', name, { network_mode: RESET, ports: new Replace(leasedPorts(own, host)) });
  // The model of a file without any other service has no default network yet.
  if (!model.networks?.default?.external) draft.set('networks', 'default', {});
  const targets = own.map((b) => `${b.target}/${b.protocol}`).join(', ');
  const becomes = `the project's network${targets ? `, publishing ${targets}` : '; its ports are not known (add "expose")'}`;
  return { ...hazard, class: 'notice', becomes };
}

/** The ports of a service that is taken off the host's network: what it declares, else what its image is known for. */
export function portsOfHostService(
  service: ServiceModel,
  exposed: readonly string[],
): { target: number; protocol: string }[] {
  const family = imageFamily(service.image);
  const declared = [...(service.expose ?? []), ...exposed];
  const ports = declared.length > 0 ? declared : family ? [`${family.port}/tcp`] : [];
  const parsed = ports.map((text) => /^(\d+)(?:\/(\w+))?$/.exec(String(text))).filter((match) => match !== null);
  const byKey = new Map(
    parsed.map((m) => [`${m[1]}/${m[2] ?? 'tcp'}`, { target: Number(m[1]), protocol: m[2] ?? 'tcp' }]),
  );
  return [...byKey.values()];
}

/** Namespaces and containers that are not part of the project. */
export const foreignObjects: HazardRule = (context) =>
  eachService(context, (name, service) =>
    foreignReferences(service).map(({ key, was, kind }): Hazard => {
      const hazard = { service: name, kind, path: ['services', name, key], was } as const;
      const own = ownReference(context.model, key, was);
      if (own !== undefined) {
        const all = (service.volumes_from ?? []).map((each) => ownReference(context.model, key, each) ?? each);
        context.draft.set('services', name, { [key]: key === 'volumes_from' ? new Replace(all) : own });
        return { ...hazard, class: 'silent', becomes: own };
      }
      return decided(context.decisions.foreign, name, was) === 'share'
        ? { ...hazard, class: 'notice', becomes: 'kept: shared by all copies' }
        : { ...hazard, class: 'decision', becomes: 'foreign=share', choices: ['foreign=share'] };
    }),
  );

/** "container:the-db" → "service:db" where "the-db" is a container of the file itself, which has lost that name. */
function ownReference(model: ComposeModel, key: string, reference: string): string | undefined {
  const [kind, container, ...mode] = reference.split(':');
  if (kind !== 'container') return undefined;
  const own = Object.entries(model.services).find(([, service]) => service.container_name === container)?.[0];
  if (own === undefined) return undefined;
  return key === 'volumes_from' ? [own, ...mode].join(':') : `service:${own}`;
}

interface ForeignReference {
  readonly key: keyof ServiceModel & string;
  readonly was: string;
  readonly kind: 'host-namespace' | 'foreign-container' | 'external-network';
}

/** Anything else is the name of a network on the engine. */
const NETWORK_MODE = /^(?:|host|none|bridge|default|service:.*|container:.*)$/;

function foreignReferences(service: ServiceModel): ForeignReference[] {
  const namespaces = (['pid', 'ipc', 'uts'] as const).flatMap((key): ForeignReference[] =>
    service[key] === 'host' ? [{ key, was: 'host', kind: 'host-namespace' }] : [],
  );
  const named: readonly [ForeignReference['key'], readonly (string | undefined)[]][] = [
    ['pid', [service.pid]],
    ['ipc', [service.ipc]],
    ['network_mode', [service.network_mode]],
    ['volumes_from', service.volumes_from ?? []],
  ];
  const containers = named.flatMap(([key, values]) =>
    values.flatMap((was): ForeignReference[] =>
      was?.startsWith('container:') ? [{ key, was, kind: 'foreign-container' }] : [],
    ),
  );
  const mode = service.network_mode ?? '';
  const network = NETWORK_MODE.test(mode)
    ? []
    : [{ key: 'network_mode', was: mode, kind: 'external-network' } as const];
  const links = (service.external_links ?? []).map(
    (was) => ({ key: 'external_links', was, kind: 'foreign-container' }) as const,
  );
  return [...namespaces, ...containers, ...network, ...links];
}

const CONSTRAINTS = '--providers.docker.constraints=';
const CONSTRAINTS_VARIABLE = 'TRAEFIK_PROVIDERS_DOCKER_CONSTRAINTS';

/**
 * A Traefik that reads the engine's socket would route to the services of every copy: it is told to look at its own
 * project only. Where it is configured by a file, that is not ours to change.
 */
export const traefik: HazardRule = (context) =>
  eachService(context, (name, service) => {
    const rule = `Label(\`com.docker.compose.project\`,\`${context.project}\`)`;
    const both = (old: string | undefined) => (old ? `(${old}) && ${rule}` : rule);
    const command = commandOf(context, name, service);
    const environment = new Map(environmentOf(context, name, service));
    const byCommand = command.some((word) => word.startsWith('--providers.docker'));
    const byEnvironment = [...environment.keys()].some((key) => key.startsWith('TRAEFIK_PROVIDERS_DOCKER'));
    if (byCommand) {
      const old = command.find((word) => word.startsWith(CONSTRAINTS));
      const others = command.filter((word) => word !== old);
      const words = [...others, `${CONSTRAINTS}${both(old?.slice(CONSTRAINTS.length))}`];
      context.draft.set('services', name, { command: new Replace(words) });
    } else if (byEnvironment) {
      const value = both(environment.get(CONSTRAINTS_VARIABLE));
      context.draft.set('services', name, { environment: { [CONSTRAINTS_VARIABLE]: value } });
    } else return [];
    const path = ['services', name, byCommand ? 'command' : 'environment'];
    const was = 'routes to every container of the engine';
    return [{ service: name, kind: 'docker-socket', class: 'notice', path, was, becomes: 'routes to its own project' }];
  });

/** Hardware and rights that all copies have in common: nothing to mend, worth knowing. */
export const sharedHardware: HazardRule = (context) =>
  eachService(context, (name, service) => {
    const found: Hazard[] = [];
    const notice = (kind: Hazard['kind'], key: string, was: string, becomes: string) =>
      found.push({ service: name, kind, class: 'notice', path: ['services', name, key], was, becomes });
    const reserved = service.deploy?.resources?.reservations?.devices ?? [];
    if (reserved.length > 0 || service.gpus?.length)
      notice('device', 'deploy', 'reserved devices', 'kept: all copies use the same ones');
    if (service.devices?.length) notice('device', 'devices', 'host devices', 'kept: all copies use the same ones');
    if (service.privileged) notice('privileged', 'privileged', 'true', 'kept: this container can change the host');
    return found;
  });
