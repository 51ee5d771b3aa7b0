import { createHmac } from 'node:crypto';
import { EnvironmentError } from '../../domain/errors.js';
import type { HostFacts } from '../../domain/hazards/hazard.js';
import { builtRepository } from '../../domain/hazards/names.js';
import type { ComposeModel, FileObjectModel, ServiceModel } from '../../domain/model.js';
import { type DataFolder, type Seed, type Seeds, seededFolders, seedText } from '../../domain/seeds.js';
import type { Engine } from '../../engine/engine.js';
import type { Config } from '../config.js';
import { stateKey } from '../state-key.js';
import { hashMounted, hashPattern } from './content.js';

/** What the data of a seeded service is known by. */
export interface SeedIdentity {
  readonly service: string;
  readonly seed: Seed;
  /** Equal where everything is equal that the data depends on. 64 hex digits. */
  readonly fingerprint: string;
  readonly folders: readonly DataFolder[];
  /** As the environment runs it. */
  readonly imageName: string;
  /** The engine's id of it. */
  readonly imageId: string;
}

export interface SeedSurroundings {
  readonly config: Config;
  readonly engine: Pick<Engine, 'image'>;
  /** Resolved without the name of any project: that must not count. */
  readonly template: ComposeModel;
  /** Of the compose file. */
  readonly directory: string;
  readonly facts: HostFacts;
  readonly tuned: boolean;
  readonly signal: AbortSignal;
}

/** @throws OPTION_INVALID, IMAGE_UNAVAILABLE */
export async function identifySeed(around: SeedSurroundings, service: string, seed: Seed): Promise<SeedIdentity> {
  const { config, engine, template: model, facts, tuned, signal } = around;
  const imageName = imageOf(model, service, facts);
  const image = await engine.image(imageName, signal);
  if (!image) throw new EnvironmentError('IMAGE_UNAVAILABLE', { service, image: imageName, reason: 'it is not here' });
  const folders = seededFolders(model, service, seed, image.volumes);
  const contents = contentsOf(around, service, seed);
  const text = seedText({ model, service, seed, folders, image: image.id, contents, tuned });
  // Labels can be read by everybody, and passwords in what they are made of could be guessed and tried: hence the key.
  const fingerprint = createHmac('sha256', stateKey(config.stateDir, 'fingerprint')).update(text).digest('hex');
  return { service, seed, fingerprint, folders, imageName, imageId: image.id };
}

/** Pattern → hash of what it means, of every seed: two asks for a shared environment are for the same only with the same. */
export function seedContents(seeds: Seeds, directory: string): Readonly<Record<string, string>> {
  const patterns = Object.values(seeds).flatMap(({ files = [] }) => files);
  return Object.fromEntries(patterns.map((pattern) => [pattern, hashPattern(directory, pattern)]));
}

/** What it builds has a tag of its content, also where another service runs it. */
export function imageOf(model: ComposeModel, name: string, { builds = {} }: Pick<HostFacts, 'builds'>): string {
  const { build, image } = model.services[name] ?? {};
  const ofImage = ([, other]: [string, ServiceModel]) => other.build !== undefined && other.image === image;
  const [builder] = build ? [name] : (Object.entries(model.services).find(ofImage) ?? []);
  const tag = builder === undefined || (!build && image === undefined) ? undefined : builds[builder];
  return tag === undefined ? (image ?? '') : `${builtRepository(builder ?? name, image)}:${tag}`;
}

/** Of the files of the seed, and of all that the service is given from outside: init scripts, configs, secrets. */
function contentsOf(
  { template, directory, config }: SeedSurroundings,
  service: string,
  seed: Seed,
): Record<string, string> {
  const { volumes = [], configs = [], secrets = [] } = template.services[service] ?? {};
  const contents: Record<string, string> = {};
  for (const pattern of seed.files ?? []) contents[`file ${pattern}`] = hashPattern(directory, pattern);
  for (const { type, source = '', target } of volumes) if (type === 'bind') contents[target] = hashMounted(source);
  const add = (objects: ComposeModel['configs'], source: string) => {
    const { file, environment } = (objects?.[source] ?? {}) as FileObjectModel;
    if (file !== undefined) contents[`given ${source}`] = hashMounted(file);
    if (environment !== undefined) contents[`given ${source}`] = config.env[environment] ?? '';
  };
  for (const { source } of configs) add(template.configs, source);
  for (const { source } of secrets) add(template.secrets, source);
  return contents;
}
