import { EnvironmentError } from './errors.js';
import { describeHook, type Hook, wordsOf } from './hooks.js';
import { type ComposeModel, type MountModel, replicas, type ServiceModel } from './model.js';
import { suggest } from './suggest.js';

/** How the data of one service is prepared, once, for every environment that is made of the same things. */
export interface Seed {
  /** Run when the service is ready and has only what its image and its init scripts give it: the migrations. */
  readonly command?: Hook;
  /** What the command reads: files, folders, or patterns such as `migrations/**`, from the compose file's folder. */
  readonly files?: readonly string[];
  /** Only this volume of the service, by its name in the file or by its folder in the container; all by default. */
  readonly volume?: string;
}

/** Service → how it is seeded. */
export type Seeds = Readonly<Record<string, Seed>>;

/** A folder of a service whose data is on a volume of its own. */
export interface DataFolder {
  /** In the container. */
  readonly target: string;
  /** Key of the volume in the files; undefined where neither they nor anybody else has given it a name. */
  readonly key: string | undefined;
}

const KEYS: readonly string[] = ['command', 'files', 'volume'];

/** @throws OPTION_INVALID for a service that the files do not have, and what could not be done */
export function checkSeeds(model: ComposeModel, seeds: Seeds): void {
  for (const [service, seed] of Object.entries(seeds)) {
    const found = model.services[service];
    if (!found) {
      const near = suggest(service, Object.keys(model.services));
      throw wrong(`there is no service "${service}"${near ? `; did you mean "${near}"?` : ''}`);
    }
    if (replicas(found) !== 1) throw wrong(`"${service}" has ${replicas(found)} containers, and one is needed`);
    const unknown = Object.keys(seed).find((key) => !KEYS.includes(key));
    if (unknown !== undefined) throw wrong(`${service}.${unknown} is none of ${KEYS.join(', ')}`);
    if (typeof seed.command === 'string' && !wordsOf(seed.command)) {
      throw wrong(`${service}.command is not run by a shell; write ["sh", "-c", ${JSON.stringify(seed.command)}]`);
    }
  }
}

/**
 * The folders of a service that are seeded. `byImage` are those for which its image asks for a volume.
 *
 * @throws OPTION_INVALID where there is none, or only in memory
 */
export function seededFolders(
  model: ComposeModel,
  service: string,
  seed: Seed,
  byImage: readonly string[],
): readonly DataFolder[] {
  const all = dataFolders(model, service, byImage);
  const wanted = seed.volume;
  if (wanted === undefined) {
    if (all.length > 0) return all;
    throw wrong(`"${service}" keeps nothing on a volume${why(model.services[service] ?? {})}`);
  }
  const chosen = all.filter(({ target, key }) => target === wanted || key === wanted);
  if (chosen.length > 0) return chosen;
  const there = all.map(({ target, key }) => key ?? target).join(', ') || 'none';
  throw wrong(`"${service}" has no volume "${wanted}" that could be seeded (there are: ${there})`);
}

/**
 * Folders of a service that are on volumes which its environment alone has, whose data may be taken away and brought back.
 * Volumes that are somebody else's, or say where their data is, are not among them.
 */
export function dataFolders(model: ComposeModel, service: string, byImage: readonly string[]): readonly DataFolder[] {
  const { volumes = [], tmpfs = [] } = model.services[service] ?? {};
  const mounted = [...volumes.map(({ target }) => target), ...tmpfs.map((each) => each.split(':')[0] ?? '')].map(plain);
  const named = volumes.filter((mount) => mount.type === 'volume' && isOurs(model, mount) && !mount.read_only);
  return [
    ...named.map(({ target, source }) => ({ target: plain(target), key: source })),
    ...byImage.map(plain).flatMap((target) => (mounted.includes(target) ? [] : [{ target, key: undefined }])),
  ];
}

function isOurs({ volumes = {} }: ComposeModel, { source }: MountModel): boolean {
  const volume = source === undefined ? undefined : volumes[source];
  return !volume?.external && Object.keys(volume?.driver_opts ?? {}).length === 0;
}

/** "/data/" → "/data". */
function plain(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}

function why({ volumes = [], tmpfs = [] }: ServiceModel): string {
  const inMemory = tmpfs.length > 0 || volumes.some(({ type }) => type === 'tmpfs');
  return inMemory ? ': what is in memory (tmpfs) cannot be seeded' : '';
}

/** What the data of a seeded service depends on beside the files. */
export interface SeedInputs {
  readonly model: ComposeModel;
  readonly service: string;
  readonly seed: Seed;
  readonly folders: readonly DataFolder[];
  /** The engine's id of the image. */
  readonly image: string;
  /** Name of what was read → hash of its content: files of the seed, init scripts and whatever else is mounted. */
  readonly contents: Readonly<Record<string, string>>;
  /** Of settings that we give to databases ourselves. */
  readonly tuned: boolean;
}

/** Raised when what a seed is made of, or how, changes its meaning. */
const FORMAT = 1;

/**
 * Everything that decides what a seeded volume holds, as one text; equal texts mean equal data. It holds passwords: it
 * is hashed with a secret and never written down.
 */
export function seedText({ model, service, seed, folders, image, contents, tuned }: SeedInputs): string {
  const {
    environment = {},
    command,
    entrypoint,
    platform,
    volumes = [],
    configs,
    secrets,
  } = model.services[service] ?? {};
  const drivers = folders.map(({ target, key }) => {
    const { name: _, ...volume } = (key === undefined ? undefined : model.volumes?.[key]) ?? {};
    return [target, key ?? null, volume];
  });
  const mounts = volumes.map(({ type, target, read_only }) => [type, target, read_only ?? false]);
  const texts = [...inlineTexts(model.configs, configs), ...inlineTexts(model.secrets, secrets)];
  return JSON.stringify([
    FORMAT,
    service,
    image,
    sorted(environment),
    [command ?? null, entrypoint ?? null, platform ?? null, tuned],
    drivers,
    mounts,
    texts,
    seed.command === undefined ? null : describeHook(seed.command),
    seed.files ?? [],
    sorted(contents),
  ]);
}

/** Configs and secrets whose text stands in the file or in a variable. */
function inlineTexts(objects: ComposeModel['configs'], used: ServiceModel['configs'] = []): unknown[] {
  return used.map(({ source }) => [source, objects?.[source]?.content ?? null, objects?.[source]?.environment ?? null]);
}

function sorted<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The model of some services and everything that they wait for. */
export function withDependencies(model: ComposeModel, services: readonly string[]): ComposeModel {
  const chosen = new Set<string>();
  const take = (name: string): void => {
    const service = model.services[name];
    if (!service || chosen.has(name)) return;
    chosen.add(name);
    for (const other of Object.keys(service.depends_on ?? {})) take(other);
  };
  for (const name of services) take(name);
  const picked = Object.entries(model.services).filter(([name]) => chosen.has(name));
  return { ...model, services: Object.fromEntries(picked) };
}

function wrong(reason: string): EnvironmentError {
  return new EnvironmentError('OPTION_INVALID', { option: 'seeds', reason, command: 'start' });
}
