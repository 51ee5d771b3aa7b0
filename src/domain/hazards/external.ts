import { DECISIONS, decided } from '../decisions.js';
import { RESET } from '../override.js';
import { eachService, type Hazard, type HazardContext, type HazardRule } from './hazard.js';
import { imageOf, ownName } from './names.js';

/** Volumes and networks that the file declares to be somebody else's: only the user knows what a copy may do with them. */
export const externals: HazardRule = (context) => [...externalVolumes(context), ...externalNetworks(context)];

function externalVolumes(context: HazardContext): Hazard[] {
  const { model, project, decisions, draft } = context;
  return Object.entries(model.volumes ?? {}).flatMap(([key, volume]): Hazard[] => {
    if (!volume?.external) return [];
    const was = volume.name ?? key;
    const choice = decided(decisions.external, key, was);
    const hazard = { kind: 'external-volume', path: ['volumes', key], was } as const;
    if (choice === undefined) return [open({ ...hazard, becomes: 'external=fresh, clone or share' })];
    if (choice === 'share') return [{ ...hazard, class: 'notice', becomes: 'shared with everybody who uses it' }];
    const own = ownName(project, model.volumes, key);
    draft.replace('volumes', key, { name: own });
    if (choice === 'fresh') return [{ ...hazard, class: 'notice', becomes: `${own}, new and empty` }];
    const image = imageThatMounts(context, key);
    if (image) draft.copy({ from: { type: 'volume', source: was }, to: own, image });
    return [{ ...hazard, class: 'notice', becomes: `${own}, with a copy of its data` }];
  });
}

function externalNetworks(context: HazardContext): Hazard[] {
  const { model, project, decisions, draft } = context;
  return Object.entries(model.networks ?? {}).flatMap(([key, network]): Hazard[] => {
    if (!network?.external) return [];
    const was = network.name ?? key;
    const choice = decided(decisions.external, key, was);
    const hazard = { kind: 'external-network', path: ['networks', key], was } as const;
    if (choice === undefined) return [open({ ...hazard, becomes: 'external=fresh or share' })];
    const addresses = dropAddresses(context, key);
    if (choice === 'share')
      return [{ ...hazard, class: 'notice', becomes: 'shared with everybody on it' }, ...addresses];
    const own = ownName(project, model.networks, key);
    draft.replace('networks', key, { name: own });
    return [{ ...hazard, class: 'notice', becomes: `${own}, new and empty` }, ...addresses];
  });
}

/** On a shared network only one copy could have a fixed address, and the subnet of a fresh one is not known. */
function dropAddresses(context: HazardContext, network: string): Hazard[] {
  return eachService(context, (name, service) =>
    (['ipv4_address', 'ipv6_address'] as const).flatMap((key): Hazard[] => {
      const was = service.networks?.[network]?.[key];
      if (was === undefined) return [];
      context.draft.setOnNetwork(name, network, { [key]: RESET });
      const path = ['services', name, 'networks', network, key];
      const becomes = 'an address that the engine chooses';
      return [{ service: name, kind: 'static-address', class: 'notice', path, was, becomes }];
    }),
  );
}

function open(hazard: Omit<Hazard, 'class'>): Hazard {
  const choices = hazard.kind === 'external-network' ? ['fresh', 'share'] : DECISIONS.external;
  return { ...hazard, class: 'decision', choices: choices.map((value) => `external=${value}`) };
}

function imageThatMounts(context: HazardContext, volume: string): string | undefined {
  const user = Object.entries(context.model.services).find(([, s]) =>
    s.volumes?.some((m) => m.type === 'volume' && m.source === volume),
  );
  return user && imageOf(context, user[0]);
}
