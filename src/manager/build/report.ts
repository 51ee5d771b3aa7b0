import { finalName } from './build.js';
import { identifyBuilds, type Surroundings } from './identify.js';

/** What a start would do about a service that is built. */
export interface BuildReport {
  readonly service: string;
  /** `here`: an image of the same content is there. `missing`: it would be built. `always`: it is built each time. */
  readonly state: 'here' | 'missing' | 'always';
  /** Of `always`. */
  readonly why: string | null;
  /** What its image is called; null where only the build can tell. */
  readonly tag: string | null;
  /** Files that its content hash is made of. */
  readonly files: number;
}

export async function reportBuilds(around: Surroundings): Promise<BuildReport[]> {
  const identities = await identifyBuilds(around);
  return Promise.all(
    identities.map(async (identity): Promise<BuildReport> => {
      const { service, key, why = null, files } = identity;
      if (key === undefined) return { service, state: 'always', why, tag: null, files };
      const image = finalName(identity, key);
      const state = (await around.engine.image(image, around.signal)) ? 'here' : 'missing';
      return { service, state, why, tag: image.slice(image.lastIndexOf(':') + 1), files };
    }),
  );
}
