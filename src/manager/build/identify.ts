import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { readDockerfile } from '../../domain/build/dockerfile.js';
import { type IgnoreRules, parseIgnore } from '../../domain/build/ignore.js';
import { builtRepository } from '../../domain/hazards/names.js';
import type { BuildModel, ComposeModel, ServiceModel } from '../../domain/model.js';
import type { Engine } from '../../engine/engine.js';
import { type ContextHash, hashContext } from './context-hash.js';

/** What a service builds. */
export interface BuildIdentity {
  readonly service: string;
  /** Repository that the image gets its tag in. */
  readonly repository: string;
  /** The build as such, whatever the files contain by now. */
  readonly tree: string;
  /** Hash of everything that the result depends on; undefined where that cannot be known. */
  readonly key: string | undefined;
  /** Why it cannot. */
  readonly why: string | undefined;
  /** Changes with every write to a file that goes into the build. */
  readonly stamp: string;
  readonly lockFiles: string;
  readonly files: number;
  /** Folders that go to the builder, with the generation of each; the context itself is "". */
  readonly folders: readonly BuildFolder[];
  /** Image as the Dockerfile calls it → the service of the same file that builds it. */
  readonly bases: Readonly<Record<string, string>>;
}

export interface BuildFolder {
  readonly as: string;
  readonly path: string;
  /** See {@link HashCache}; undefined where the content is not known. */
  readonly generation: string | undefined;
}

export interface Surroundings {
  readonly stateDir: string;
  readonly engine: Pick<Engine, 'image'>;
  readonly env: NodeJS.ProcessEnv;
  readonly model: ComposeModel;
  readonly signal: AbortSignal;
}

/** What each service of the model builds, those first that others begin with. */
export async function identifyBuilds(around: Surroundings): Promise<BuildIdentity[]> {
  const known = new Map<string, BuildIdentity>();
  const open = new Set<string>();
  const visit = async (name: string): Promise<void> => {
    const service = around.model.services[name];
    if (!service?.build || known.has(name) || open.has(name)) return;
    open.add(name);
    const inputs = readInputs(service.build, around.env);
    const bases = basesOf(around.model, name, inputs.images);
    for (const base of Object.values(bases)) await visit(base);
    known.set(name, await identify(around, name, service, inputs, bases, known));
  };
  for (const name of Object.keys(around.model.services)) await visit(name);
  return [...known.values()];
}

interface Inputs {
  readonly dockerfile: string;
  readonly rules: IgnoreRules;
  /** Images that the engine is asked for. */
  readonly images: readonly string[];
  /** Folders beside the context that count as a whole: name → path. */
  readonly folders: readonly (readonly [string, string])[];
  readonly unknowable: string | undefined;
}

const NOTHING_IGNORED: IgnoreRules = { patterns: [], exceptions: false };

function readInputs(build: BuildModel, env: NodeJS.ProcessEnv): Inputs {
  const inputs = { dockerfile: '', rules: NOTHING_IGNORED, images: [], folders: [] };
  const context = build.context ?? '';
  const why = whyUnknowable(build, env);
  if (why !== undefined) return { ...inputs, unknowable: why };
  const path = resolve(context, build.dockerfile ?? 'Dockerfile');
  const dockerfile = build.dockerfile_inline ?? readText(path);
  if (dockerfile === undefined) return { ...inputs, unknowable: `there is no ${path}` };
  const ignore = build.dockerfile_inline === undefined ? readText(`${path}.dockerignore`) : undefined;
  const rules = parseIgnore(ignore ?? readText(resolve(context, '.dockerignore')) ?? '');
  if (!rules) return { ...inputs, unknowable: 'its .dockerignore has a pattern that only the engine understands' };
  const { images, unknowable } = readDockerfile(dockerfile, build.args ?? {});
  const others = Object.entries(build.additional_contexts ?? {});
  const named = others.flatMap(([, to]) => (to.startsWith('docker-image://') ? [to.slice(15)] : []));
  const folders = others.filter(([, to]) => !/^[\w-]+:/.test(to));
  const remote = others.find(([, to]) => /^[\w-]+:/.test(to) && !to.startsWith('docker-image://'));
  const why2 = unknowable ?? (remote && `its additional context ${remote[0]} is ${remote[1]}`);
  return { dockerfile, rules, images: [...images, ...named], folders, unknowable: why2 };
}

function whyUnknowable(build: BuildModel, env: NodeJS.ProcessEnv): string | undefined {
  const context = build.context ?? '';
  if (build.no_cache) return 'its file says no_cache';
  if (build.pull) return 'its file says pull';
  if (env.DOCKER_BUILDKIT === '0') return 'DOCKER_BUILDKIT=0 asks for the old builder, which ignores other files';
  if (build.dockerfile && /^https?:\/\//.test(build.dockerfile)) return `its Dockerfile is ${build.dockerfile}`;
  return isFolder(context) ? undefined : `its context is ${context.replace(/\/\/[^/@]*@/, '//***@')}`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Base images that another service of the file builds. */
function basesOf(model: ComposeModel, self: string, images: readonly string[]): Record<string, string> {
  const builders = Object.entries(model.services).filter(([name, s]) => s.build && s.image && name !== self);
  const found = images.flatMap((image) => {
    const builder = builders.find(([, service]) => fullName(service.image ?? '') === fullName(image));
    return builder ? [[image, builder[0]] as const] : [];
  });
  return Object.fromEntries(found);
}

/** "app" → "app:latest". */
function fullName(image: string): string {
  return /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
}

async function identify(
  around: Surroundings,
  name: string,
  service: ServiceModel,
  inputs: Inputs,
  bases: Readonly<Record<string, string>>,
  known: ReadonlyMap<string, BuildIdentity>,
): Promise<BuildIdentity> {
  const build = service.build ?? {};
  const { context = '', dockerfile, dockerfile_inline } = build;
  const same = {
    service: name,
    repository: builtRepository(name, service.image),
    tree: hash([context, dockerfile, dockerfile_inline, build.args, name, service.image, settings(build)]),
    bases,
  };
  const unknown = (why: string) => {
    const folders = isFolder(context) ? [{ as: '', path: context, generation: undefined }] : [];
    return { ...same, key: undefined, why, stamp: '', lockFiles: '', files: 0, folders };
  };
  const unsure = Object.values(bases).find((base) => known.get(base)?.key === undefined);
  if (inputs.unknowable !== undefined) return unknown(inputs.unknowable);
  if (unsure !== undefined) return unknown(`it begins with what "${unsure}" builds, which is not known`);
  try {
    return { ...same, ...(await keyed(around, service, inputs, bases, known)) };
  } catch (error) {
    around.signal.throwIfAborted();
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined || path === undefined) throw error;
    return unknown(`${path} cannot be read (${code})`);
  }
}

/** What a build is made of, as one key and what it came from. @throws an error of the file system */
async function keyed(
  around: Surroundings,
  service: ServiceModel,
  inputs: Inputs,
  bases: Readonly<Record<string, string>>,
  known: ReadonlyMap<string, BuildIdentity>,
): Promise<Pick<BuildIdentity, 'key' | 'why' | 'stamp' | 'lockFiles' | 'files' | 'folders'>> {
  const { build = {} } = service;
  const { context = '' } = build;
  const hashes: (ContextHash & Pick<BuildFolder, 'as' | 'path'>)[] = [];
  for (const [as, path, rules] of foldersOf(context, inputs)) {
    hashes.push({ as, path, ...(await hashContext(around.stateDir, path, rules, around.signal)) });
  }
  const key = hash([
    settings(build),
    build.args,
    service.platform ?? around.env.DOCKER_DEFAULT_PLATFORM,
    around.env.SOURCE_DATE_EPOCH,
    inputs.dockerfile,
    hashes.map(({ as, content }) => [as, content]),
    await imageIds(around, inputs.images, bases, known),
  ]);
  const sum = (pick: (hash: ContextHash) => string) => hash(hashes.map(pick));
  const files = hashes.reduce((total, each) => total + each.files, 0);
  const stamp = hash([inputs.dockerfile, sum((each) => each.stamp)]);
  const folders = hashes.map(({ as, path, generation }) => ({ as, path, generation }));
  return { key, why: undefined, stamp, lockFiles: sum((each) => each.lockFiles), files, folders };
}

function foldersOf(context: string, { rules, folders }: Inputs): (readonly [string, string, IgnoreRules])[] {
  return [['', context, rules], ...folders.map(([as, path]) => [as, path, NOTHING_IGNORED] as const)];
}

/** All of a build but where its files lie, and what never reaches the image. Secrets count for nothing to the engine's cache either. */
function settings(build: BuildModel): unknown {
  const { context: _, dockerfile: _1, dockerfile_inline: _2, args: _3, tags: _4, ...rest } = build;
  const { secrets: _5, ssh: _6, cache_from: _7, cache_to: _8, ...kept } = rest as Record<string, unknown>;
  const others = Object.entries(build.additional_contexts ?? {});
  return { ...kept, additional_contexts: others.map(([as, to]) => [as, /^[\w-]+:/.test(to) ? to : 'a folder']) };
}

/** What the images that a build begins with are here; one that is not here is asked for by the builder itself. */
async function imageIds(
  { engine, signal }: Surroundings,
  images: readonly string[],
  bases: Readonly<Record<string, string>>,
  known: ReadonlyMap<string, BuildIdentity>,
): Promise<(readonly [string, string])[]> {
  return Promise.all(
    images.map(async (image) => {
      const own = known.get(bases[image] ?? '')?.key;
      return [image, own ?? (await engine.image(image, signal))?.id ?? 'not here'] as const;
    }),
  );
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function hash(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('hex')
    .slice(0, 32);
}

/** What the model's builds contain now: who shares an environment wants the same code in it. */
export async function contentOf(
  { stateDir, env }: Pick<Surroundings, 'stateDir' | 'env'>,
  engine: Surroundings['engine'],
  model: ComposeModel,
  signal: AbortSignal,
): Promise<(string | undefined)[]> {
  return (await identifyBuilds({ stateDir, engine, env, model, signal })).map(({ key }) => key);
}
