import { RESET } from '../override.js';
import type { Hazard, HazardRule } from './hazard.js';
import { ownName } from './names.js';

/** A volume that is there before its environment and stays after it. */
export interface KeptVolume {
  readonly name: string;
  readonly driver: string | undefined;
}

/** Services run another image than their own; the model already says so, and the files do not yet. */
export const swappedImages =
  (images: Readonly<Record<string, string>>): HazardRule =>
  ({ draft }) =>
    Object.entries(images).map(([service, image]) => {
      draft.set('services', service, { image, build: RESET });
      const path = ['services', service, 'image'];
      return { service, kind: 'image-swap', class: 'silent', path, was: 'image or build of the files', becomes: image };
    });

/**
 * Named volumes get a name that the next environment of the same place has, too. They are made by us, because Compose
 * takes a volume with other labels than the file's for a stranger. Volumes that say where their data is are left alone.
 */
export const keptVolumes =
  (keptAs: string | undefined, kept: KeptVolume[]): HazardRule =>
  ({ model, draft }) => {
    if (keptAs === undefined) return [];
    return Object.entries(model.volumes ?? {}).flatMap(([key, volume]): Hazard[] => {
      if (volume?.external || Object.keys(volume?.driver_opts ?? {}).length > 0) return [];
      const name = ownName(keptAs, model.volumes, key);
      draft.replace('volumes', key, { external: true, name });
      kept.push({ name, driver: volume?.driver });
      const becomes = `${name}, kept after the environment`;
      return [{ kind: 'volume-kept', class: 'silent', path: ['volumes', key], was: key, becomes }];
    });
  };
