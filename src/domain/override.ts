import type { Labels } from './labels.js';

/** Written as `!override VALUE` or `!reset null`: replaces what the files say instead of adding to it. */
export class Replace {
  constructor(readonly value: unknown) {}
}

/** Takes the files' value away. */
export const RESET = new Replace(null);

/** The generated file that Compose reads after the user's own; values are plain data and {@link Replace}. */
export interface Override {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** A copy of data into a fresh volume, made after the containers are created and before they start. */
export interface VolumeCopy {
  readonly from: { readonly type: 'volume' | 'bind'; readonly source: string };
  /** Name of the volume on the engine. */
  readonly to: string;
  /** An image that is certainly there: the one of a service that mounts it. */
  readonly image: string;
  /**
   * Of a volume that takes nothing from any image: it can be filled while containers are created. Its key in the files,
   * by which Compose knows it for its own, and its driver.
   */
  readonly early?: { readonly key: string; readonly driver: string | undefined };
}

type Section = 'services' | 'networks' | 'volumes';
type Values = Record<string, unknown>;

/** An override while it is being written: each rule adds its part, later parts of one key win. */
export class OverrideDraft {
  readonly #sections: Record<Section, Map<string, Values | Replace>> = {
    services: new Map(),
    networks: new Map(),
    volumes: new Map(),
  };
  readonly copies: VolumeCopy[] = [];
  /** Names of which only one environment of this machine may have each at a time. */
  readonly exclusive = new Set<string>();

  /** Merges values into a service, network or volume; maps of maps are merged one level deeper. */
  set(section: Section, name: string, values: Values): void {
    const present = this.#sections[section].get(name);
    if (present instanceof Replace) return;
    const merged: Values = { ...present };
    for (const [key, value] of Object.entries(values)) {
      const old = merged[key];
      merged[key] = isMap(old) && isMap(value) ? { ...old, ...value } : value;
    }
    this.#sections[section].set(name, merged);
  }

  /** Merges values into what a service has on one of its networks. */
  setOnNetwork(service: string, network: string, values: Values): void {
    const networks = this.get('services', service, 'networks') as Record<string, Values> | undefined;
    this.set('services', service, { networks: { [network]: { ...networks?.[network], ...values } } });
  }

  /** What has been set so far. */
  get(section: Section, name: string, key: string): unknown {
    const present = this.#sections[section].get(name);
    return present instanceof Replace ? undefined : present?.[key];
  }

  /** Fills a volume with data, once. */
  copy(copy: VolumeCopy): void {
    if (!this.copies.some(({ to }) => to === copy.to)) this.copies.push(copy);
  }

  /** Replaces a whole network or volume. */
  replace(section: Section, name: string, value: Values): void {
    this.#sections[section].set(name, new Replace(value));
  }

  /** The finished override, with our labels on everything that is made for the lease. */
  finish(labels: Labels): Override {
    const label = (entry: Values | Replace): Values | Replace => {
      if (!(entry instanceof Replace)) return { labels, ...entry };
      const value = entry.value as Values;
      return value.external ? entry : new Replace({ ...value, labels }); // Compose takes no labels for what is there
    };
    const finish = (section: Section) =>
      Object.fromEntries([...this.#sections[section]].map(([name, entry]) => [name, label(entry)]));
    return {
      services: finish('services') as Override['services'],
      networks: finish('networks'),
      volumes: finish('volumes'),
    };
  }
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Replace);
}
