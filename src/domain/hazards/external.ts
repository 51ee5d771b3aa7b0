import { DECISIONS, decided } from '../decisions.js';
import type { Hazard, HazardContext, HazardRule } from './hazard.js';

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
    const own = `${project}_${key}`;
    draft.replace('volumes', key, { name: own });
    if (choice === 'fresh') return [{ ...hazard, class: 'notice', becomes: `${own}, new and empty` }];
    const image = imageThatMounts(context, key);
    if (image) draft.copies.push({ from: { type: 'volume', source: was }, to: own, image });
    return [{ ...hazard, class: 'notice', becomes: `${own}, with a copy of its data` }];
  });
}

function externalNetworks({ model, project, decisions, draft }: HazardContext): Hazard[] {
  return Object.entries(model.networks ?? {}).flatMap(([key, network]): Hazard[] => {
    if (!network?.external) return [];
    const was = network.name ?? key;
    const choice = decided(decisions.external, key, was);
    const hazard = { kind: 'external-network', path: ['networks', key], was } as const;
    if (choice === undefined) return [open({ ...hazard, becomes: 'external=fresh or share' })];
    if (choice === 'share') return [{ ...hazard, class: 'notice', becomes: 'shared with everybody on it' }];
    draft.replace('networks', key, { name: `${project}_${key}` });
    return [{ ...hazard, class: 'notice', becomes: `${project}_${key}, new and empty` }];
  });
}

function open(hazard: Omit<Hazard, 'class'>): Hazard {
  const choices = hazard.kind === 'external-network' ? ['fresh', 'share'] : DECISIONS.external;
  return { ...hazard, class: 'decision', choices: choices.map((value) => `external=${value}`) };
}

function imageThatMounts({ model }: HazardContext, volume: string): string | undefined {
  const user = Object.values(model.services).find((s) =>
    s.volumes?.some((m) => m.type === 'volume' && m.source === volume),
  );
  return user?.image;
}
