import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildPolicy, type BuildScope, buildScope } from '../../domain/build/policy.js';
import type { EnvironmentKind } from '../../domain/environment-kind.js';
import { EnvironmentError } from '../../domain/errors.js';
import { LABEL } from '../../domain/labels.js';
import type { Spec } from '../../domain/lease.js';
import type { BuildModel, ComposeModel } from '../../domain/model.js';
import { type Override, RESET } from '../../domain/override.js';
import type { Engine, ImageDetail } from '../../engine/engine.js';
import { withFileLock } from '../../store/file-lock.js';
import type { LeaseStore } from '../../store/lease-store.js';
import type { Config } from '../config.js';
import { ContextPaths } from './context-paths.js';
import { type BuildIdentity, identifyBuilds } from './identify.js';

/** Of an image whose build is not finished, or whose builder has died over it. */
export const UNFINISHED = 'dm-part-';
/** What bears no name of a project of ours, so that the same content gives the same image. */
const BUILD_PROJECT = 'docker-manual-build';
/** Sources that change while they are built are built again, so often. What is taken then is as new as it can be. */
const ATTEMPTS = 3;

export interface BuildTask {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly files: Spec;
  /** Under the name of its project. */
  readonly model: ComposeModel;
  readonly build: BuildPolicy;
  /** What `auto` goes by. */
  readonly kind: EnvironmentKind;
  /** Asks the registry for newer base images. */
  readonly pull: boolean;
  /** Services; what they begin with is built too. All by default. */
  readonly only?: readonly string[];
  readonly signal: AbortSignal;
}

/** Service → its image, "repository:tag". */
export type BuiltImages = Readonly<Record<string, string>>;

/**
 * Makes sure that what the services build is here and made of what the files contain now. An image whose label says that
 * it is made of the same is taken; several processes that want the same build it once.
 *
 * @throws BUILD_FAILED and what a pull of a base image throws, naming service and Dockerfile
 */
export async function buildImages(task: BuildTask): Promise<BuiltImages> {
  const { config, engine, model, signal } = task;
  if (!Object.values(model.services).some((service) => service.build)) return {};
  const asked = Date.now();
  const around = { stateDir: config.stateDir, engine, env: config.env, model, signal };
  const images: Record<string, string> = {};
  const all = await identifyBuilds(around);
  let open = task.only ? withBases(all, task.only) : all;
  while (open.length > 0) {
    // What begins with another service's image waits until that is there.
    const ready = open.filter(({ bases }) => Object.values(bases).every((base) => base in images));
    const level = ready.length > 0 ? ready : open;
    Object.assign(images, await new Level(task, level, images, asked).finish());
    open = open.filter(({ service }) => !(service in images));
  }
  return images;
}

function withBases(all: readonly BuildIdentity[], names: readonly string[]): BuildIdentity[] {
  const wanted = new Set(names);
  // Bases stand before what begins with them.
  for (const { service, bases } of all.toReversed()) {
    if (wanted.has(service)) for (const base of Object.values(bases)) wanted.add(base);
  }
  return all.filter(({ service }) => wanted.has(service));
}

/** Builds that do not wait for each other. */
class Level {
  readonly #task: BuildTask;
  readonly #wanted: readonly BuildIdentity[];
  readonly #bases: BuiltImages;
  /** When they were asked for: a build that began later, by whomever, is as good as an own one. */
  readonly #asked: number;

  constructor(task: BuildTask, wanted: readonly BuildIdentity[], bases: BuiltImages, asked: number) {
    this.#task = task;
    this.#wanted = wanted;
    this.#bases = bases;
    this.#asked = asked;
  }

  async finish(): Promise<BuiltImages> {
    const images: Record<string, string> = {};
    const missing = await this.#takeFound(this.#wanted, images);
    if (missing.length === 0) return images;
    // In the order of their names: two processes that want some of the same never wait for each other.
    const locks = [...new Set(missing.map(({ key, tree }) => `build-${key ?? tree}`))].sort();
    await locked(this.#task, locks, async () => {
      const still = await this.#takeFound(missing, images);
      if (still.length > 0) await this.#build(still, images);
    });
    return images;
  }

  async #takeFound(wanted: readonly BuildIdentity[], images: Record<string, string>): Promise<BuildIdentity[]> {
    const { engine, store } = this.#task;
    const found = await Promise.all(wanted.map((identity) => this.#find(identity)));
    const missing: BuildIdentity[] = [];
    for (const [i, identity] of wanted.entries()) {
      const image = found[i];
      if (image === undefined) {
        missing.push(identity);
        continue;
      }
      const { tree, lockFiles } = identity;
      store.images.used({ engine: engine.endpoint, image, tree, begunAt: 0, full: false, lockFiles });
      images[identity.service] = image;
    }
    return missing;
  }

  /** An image that serves: made of the same, or, where that cannot be known or is not asked, built for the same tree. */
  async #find(identity: BuildIdentity): Promise<string | undefined> {
    const { engine, store, signal } = this.#task;
    const scope = this.#scope(identity);
    const latest = store.images.latest(engine.endpoint, identity.tree);
    const isNew = latest !== undefined && latest.begunAt >= this.#asked && (scope !== 'all' || latest.full);
    if (scope === 'none' || (isNew && (scope === 'all' || identity.key === undefined))) {
      const there = latest && (await engine.image(latest.image, signal));
      if (there && (scope === 'none' || isMadeOf(there, identity))) return latest.image;
    }
    if (scope === 'all' || identity.key === undefined) return undefined;
    const image = finalName(identity, identity.key);
    const detail = await engine.image(image, signal);
    return detail && isMadeOf(detail, identity) ? image : undefined;
  }

  #scope({ lockFiles }: BuildIdentity): BuildScope {
    const { build, config, engine, kind, store } = this.#task;
    const lastFullBuild = store.images.lastFullBuild(engine.endpoint, lockFiles);
    const ci = /^(?:1|true)$/i.test(config.env.CI ?? '');
    return buildScope(build, { kind, ci, lastFullBuild, now: this.#asked });
  }

  /** Builds, and again where a source was written meanwhile: an image must not bear the hash of what it is not made of. */
  async #build(wanted: readonly BuildIdentity[], images: Record<string, string>): Promise<void> {
    let open = wanted;
    for (let attempt = 1; open.length > 0; attempt++) {
      const begunAt = Date.now();
      const parts = await this.#buildParts(open, attempt > 1);
      try {
        const now = await this.#identifiedAgain(open);
        const last = attempt === ATTEMPTS;
        for (const identity of open) {
          const fresh = now.find(({ service }) => service === identity.service);
          const same = fresh?.key === identity.key && fresh?.stamp === identity.stamp;
          const part = parts.get(identity.service) ?? '';
          if (same || last) images[identity.service] = await this.#adopt(identity, part, begunAt, same);
        }
        open = now.filter(({ service }) => !(service in images));
      } finally {
        for (const part of new Set(parts.values())) await this.#task.engine.removeImage(part, unbounded());
      }
    }
  }

  async #identifiedAgain(of: readonly BuildIdentity[]): Promise<BuildIdentity[]> {
    const { config, engine, model, signal } = this.#task;
    const all = await identifyBuilds({ stateDir: config.stateDir, engine, env: config.env, model, signal });
    return all.filter(({ service }) => of.some((each) => each.service === service));
  }

  /** @returns service → a name that nobody else takes for finished */
  async #buildParts(wanted: readonly BuildIdentity[], anew: boolean): Promise<Map<string, string>> {
    const { config, engine, files, model, pull, signal } = this.#task;
    const parts = new Map(wanted.map((each) => [each.service, partName(each)]));
    const services = [...parts.keys()];
    const folder = join(config.stateDir, 'builds');
    const overrideFile = join(folder, `${randomBytes(6).toString('hex')}.yml`);
    const ownName = JSON.stringify(services.map((name) => model.services[name]?.build)).includes(model.name);
    const project = ownName ? model.name : BUILD_PROJECT;
    const noCache = wanted.some((identity) => this.#scope(identity) === 'all');
    const steps = new Steps(model.name, config);
    config.onProgress({ type: 'building', project: model.name, services });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    using paths = new ContextPaths(config.stateDir, anew);
    const override = this.#override(wanted, parts, paths);
    const run = { ...files, project, override, overrideFile, services, noCache, pull };
    try {
      await engine.build({ ...run, onLine: steps.line }, signal);
      return parts;
    } catch (error) {
      throw named(error, services, model);
    } finally {
      rmSync(overrideFile, { force: true });
    }
  }

  #override(wanted: readonly BuildIdentity[], parts: ReadonlyMap<string, string>, paths: ContextPaths): Override {
    const { model, store } = this.#task;
    const services = wanted.map(({ service, key, bases, folders }) => {
      const labels = { [LABEL.build]: key ?? 'unknown', [LABEL.buildStore]: store.id };
      const contexts = Object.entries(bases).flatMap(([image, base]): [string, string][] => {
        const built = this.#bases[base];
        // The builder knows "app:latest" as "app" only.
        return built ? [[image.replace(/:latest$/, ''), `docker-image://${built}`]] : [];
      });
      for (const folder of folders) if (folder.as !== '') contexts.push([folder.as, paths.of(folder)]);
      const context = folders.find(({ as }) => as === '');
      const build = {
        labels,
        ...(context && contextOf(model.services[service]?.build ?? {}, paths.of(context))),
        ...(model.services[service]?.build?.tags ? { tags: RESET } : {}),
        ...(contexts.length > 0 ? { additional_contexts: Object.fromEntries(contexts) } : {}),
      };
      return [service, { image: parts.get(service), build }] as const;
    });
    return { services: Object.fromEntries(services), networks: {}, volumes: {} };
  }

  /** Gives a finished image its name, and takes the one away that had it. */
  async #adopt(identity: BuildIdentity, part: string, begunAt: number, sure: boolean): Promise<string> {
    const { engine, store, signal } = this.#task;
    const built = await engine.image(part, signal);
    if (!built)
      throw new EnvironmentError('ENGINE_FAILED', { operation: 'build', reason: `there is no image ${part}` });
    const { repository, key, tree, lockFiles } = identity;
    const image =
      key !== undefined && sure
        ? finalName(identity, key)
        : `${repository}:dm-${built.id.replace('sha256:', '').slice(0, 16)}`;
    const before = await engine.image(image, signal);
    await engine.tagImage(part, image, signal);
    if (before && before.id !== built.id && before.labels[LABEL.buildStore] === store.id) {
      await engine.removeImage(before.id, signal);
    }
    const full = this.#scope(identity) === 'all';
    store.images.used({ engine: engine.endpoint, image, tree, begunAt, full, lockFiles });
    return image;
  }
}

/** The Dockerfile stays where it is, whatever the context is called. */
function contextOf({ context = '', dockerfile, dockerfile_inline }: BuildModel, path: string): BuildModel {
  if (dockerfile_inline !== undefined) return { context: path };
  return { context: path, dockerfile: resolve(context, dockerfile ?? 'Dockerfile') };
}

function isMadeOf({ labels }: ImageDetail, { key }: BuildIdentity): boolean {
  return key === undefined || labels[LABEL.build] === key;
}

/** 64 bits of the hash tell contents apart for people; the label has all of it. */
export function finalName({ repository }: BuildIdentity, key: string): string {
  return `${repository}:dm-${key.slice(0, 16)}`;
}

function partName({ repository }: BuildIdentity): string {
  return `${repository}:${UNFINISHED}${randomBytes(8).toString('hex')}`;
}

/** What is taken away is so also when the build was aborted. Milliseconds. */
function unbounded(): AbortSignal {
  return AbortSignal.timeout(10_000);
}

function locked<T>(task: BuildTask, names: readonly string[], section: () => Promise<T>): Promise<T> {
  const [first, ...rest] = names;
  if (first === undefined) return section();
  return withFileLock(task.config.stateDir, first, task.signal, () => locked(task, rest, section));
}

/** Tells the steps that the builder goes through: "#12 [app deps 2/3] RUN npm ci". */
class Steps {
  readonly #project: string;
  readonly #config: Config;
  readonly #told = new Set<string>();

  constructor(project: string, config: Config) {
    this.#project = project;
    this.#config = config;
  }

  readonly line = (line: string): void => {
    const step = /^#\d+ \[(?!.*\binternal\])(.+?\d+\/\d+)\] (.+)$/.exec(line);
    if (!step || this.#told.has(line)) return;
    this.#told.add(line);
    this.#config.onProgress({ type: 'build-step', project: this.#project, step: `${step[1]} ${step[2]}` });
  };
}

/** Which service it was, where the builder says that, and what it was built by. */
function named(error: unknown, services: readonly string[], model: ComposeModel): unknown {
  if (!(error instanceof EnvironmentError)) return error;
  const service = services.find((name) => name === error.params.service) ?? services.join(', ');
  const build = model.services[service]?.build;
  const dockerfile =
    build?.dockerfile_inline === undefined
      ? join(build?.context ?? '', build?.dockerfile ?? 'Dockerfile')
      : 'dockerfile_inline';
  return new EnvironmentError(error.code, { image: '', ...error.params, service, dockerfile }, { cause: error.cause });
}

/** Service → tag, as the plan of an environment wants it. */
export function tagsOf(images: BuiltImages): Record<string, string> {
  return Object.fromEntries(
    Object.entries(images).map(([service, image]) => [service, image.slice(image.lastIndexOf(':') + 1)]),
  );
}
