import type { MountModel } from '../model.js';
import { Replace, type VolumeCopy } from '../override.js';
import type { DataFolder } from '../seeds.js';
import { eachService, type Hazard, type HazardContext, type HazardRule, mountsOf } from './hazard.js';
import { imageOf, ownName } from './names.js';

/** A service whose data is prepared once. */
export interface SeededService {
  readonly service: string;
  readonly folders: readonly SeededFolder[];
}

export interface SeededFolder extends DataFolder {
  /** Volume that holds the prepared data; undefined where it is still to be made. */
  readonly from: string | undefined;
}

/**
 * Data folders of seeded services get a volume with a name where they have none, so that it can be filled before the
 * service starts, or copied once the service has filled it. What is filled takes nothing of its own from the image.
 */
export function seeded(services: readonly SeededService[]): HazardRule {
  return (context) =>
    eachService(context, (name, service) => {
      const folders = services.find((each) => each.service === name)?.folders ?? [];
      if (folders.length === 0) return [];
      const others = mountsOf(context, name, service).filter(
        ({ target }) => !folders.some((folder) => folder.target === target.replace(/(.)\/+$/, '$1')),
      );
      const mounts = folders.map((folder) => mountOf(context, name, folder));
      context.draft.set('services', name, { volumes: new Replace([...others, ...mounts]) });
      return folders.map(({ target, from }): Hazard => {
        const becomes = from === undefined ? 'prepared now, for this and the next environments' : `filled from ${from}`;
        const path = ['services', name, 'volumes'];
        return { service: name, kind: 'seeded-volume', class: 'silent', path, was: target, becomes };
      });
    });
}

function mountOf(context: HazardContext, service: string, folder: SeededFolder): MountModel {
  const { model, project, draft } = context;
  const { target, from } = folder;
  const key = folder.key ?? seedKey(service, target);
  if (folder.key === undefined) draft.set('volumes', key, {});
  const mount: MountModel = { type: 'volume', source: key, target };
  const image = imageOf(context, service);
  if (from === undefined || image === undefined) return mount;
  const to = ownName(project, model.volumes, key);
  draft.copy({ from: { type: 'volume', source: from }, to, image, early: earlyOf(context, key) });
  return { ...mount, volume: { nocopy: true } };
}

function earlyOf({ model }: HazardContext, key: string): NonNullable<VolumeCopy['early']> {
  return { key, driver: model.volumes?.[key]?.driver };
}

/** Key of the volume that a folder gets which has none in the files: "db", "/var/lib/x" → "dm-seed-db-var-lib-x". */
export function seedKey(service: string, target: string): string {
  return `dm-seed-${service}${target.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/-$/, '')}`;
}
