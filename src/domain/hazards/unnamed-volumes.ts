import { type MountModel, replicas } from '../model.js';
import { Replace } from '../override.js';
import { eachService, type HazardRule, mountsOf } from './hazard.js';

/**
 * Volumes that the files leave without a name ("- /app/node_modules") get one of this environment. Else nothing but their
 * container says whose they are, and an engine that is killed while it makes that container leaves them to nobody. Not
 * where volumes are kept, since these were to go; and not of several replicas, each of which has its own.
 */
export function unnamedVolumes(isKept: boolean): HazardRule {
  return (context) => {
    if (isKept) return [];
    return eachService(context, (name, service) => {
      const mounts = mountsOf(context, name, service);
      if (replicas(service) > 1 || !mounts.some(isUnnamed)) return [];
      const named = mounts.map((mount, i): MountModel => {
        if (!isUnnamed(mount)) return mount;
        const key = `dm-unnamed-${name}-${i}`;
        context.draft.set('volumes', key, {});
        return { ...mount, source: key };
      });
      context.draft.set('services', name, { volumes: new Replace(named) });
      return [];
    });
  };
}

function isUnnamed({ type, source }: MountModel): boolean {
  return type === 'volume' && !source;
}
