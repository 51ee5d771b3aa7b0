import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LABEL } from '../../src/domain/labels.js';
import { connectEngine } from '../../src/engine/docker-engine.js';
import type { Engine } from '../../src/engine/engine.js';
import { type Config, readConfig } from '../../src/manager/config.js';
import { createContext } from '../../src/manager/context.js';
import { Manager } from '../../src/manager/manager.js';
import type { Progress } from '../../src/manager/progress.js';
import { LeaseStore } from '../../src/store/lease-store.js';

export const FIXTURE_IMAGE = process.env.FIXTURE_IMAGE ?? 'dm-test-fixture';
export const POSTGRES_IMAGE = process.env.POSTGRES_IMAGE ?? 'dm-test-postgres16';
export const REDIS_IMAGE = process.env.REDIS_IMAGE ?? 'dm-test-redis';

/** State folders made by this test file; leak-check.ts looks at each when the file has ended. */
export const stateFolders = new Set<string>();

export const NEVER = new AbortController().signal;

/**
 * Of this worker, below the usual range: each scope is a state folder of its own, and one cannot keep the port of a service
 * that is down just now from another.
 */
const FIRST_PORT = 25_000 + 500 * Number(process.env.VITEST_POOL_ID ?? 0);
const OWN_PORTS = `${FIRST_PORT}-${FIRST_PORT + 499}`;

/**
 * A temporary folder with a state folder in it and a manager on the real engine (or a given one). Disposing it proves
 * that nothing is left: no object of its store on the engine, no row in the store.
 */
export class Scope implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'dm-test-'));
  readonly stateDir = join(this.folder, 'state');
  readonly progress: Progress[] = [];
  #told: () => void = () => {};
  readonly config: Config;
  readonly manager: Manager;
  readonly engine: Engine;

  constructor(
    options: {
      readonly engine?: Engine;
      readonly env?: NodeJS.ProcessEnv;
      readonly ports?: string;
      readonly excludePorts?: string;
    } = {},
  ) {
    const env = options.env ?? process.env;
    this.engine = options.engine ?? connectEngine(env);
    this.config = readConfig({
      stateDir: this.stateDir,
      watchdog: false,
      env,
      onProgress: (p) => {
        this.progress.push(p);
        this.#told();
      },
      ports: options.ports ?? OWN_PORTS,
      ...(options.excludePorts === undefined ? {} : { excludePorts: options.excludePorts }),
    });
    this.manager = new Manager(createContext(this.config, { engine: this.engine }));
    if (!options.engine && !options.env) stateFolders.add(this.stateDir);
  }

  /** Writes a file below the scope's folder and returns its path. */
  file(name: string, content: string): string {
    const path = join(this.folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** Resolves when progress of this type, or like this, has been told so many times. */
  async told(which: Progress['type'] | ((told: Progress) => boolean), times = 1): Promise<void> {
    const fits = typeof which === 'string' ? (told: Progress) => told.type === which : which;
    while (this.progress.filter(fits).length < times) {
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
  }

  /** Opens the state folder's store a second time, as another process would. */
  store(): LeaseStore {
    return new LeaseStore(this.stateDir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.manager.close();
    await removeKept(this.stateDir, this.engine);
    const left = await leftovers(this.stateDir, this.engine);
    stateFolders.delete(this.stateDir);
    rmSync(this.folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  }
}

/** Images that were built, seeds, snapshots and kept volumes outlive their environments; those of a test need not. */
async function removeKept(stateDir: string, engine: Engine): Promise<void> {
  const store = new LeaseStore(stateDir);
  const { id } = store;
  store.close();
  for (const image of await engine.images({ [LABEL.buildStore]: id }, NEVER)) {
    for (const name of image.names.length > 0 ? image.names : [image.id]) await engine.removeImage(name, NEVER);
  }
  for (const { name } of await engine.volumes({ [LABEL.volumeStore]: id }, NEVER))
    await engine.removeVolume(name, NEVER);
}

/** Everything that a store's environments have left on the engine and in the store itself. */
export async function leftovers(stateDir: string, engine: Engine): Promise<string[]> {
  const store = new LeaseStore(stateDir);
  try {
    const labels = { [LABEL.store]: store.id };
    const [containers, networks, volumes] = await Promise.all([
      engine.containers(labels, NEVER),
      engine.networks(labels, NEVER),
      engine.volumes(labels, NEVER),
    ]);
    return [
      ...containers.map((c) => `container ${c.name}`),
      ...networks.map((n) => `network ${n.name}`),
      ...volumes.map((v) => `volume ${v.name}`),
      ...store.list().map((l) => `lease ${l.project} (${l.state})`),
    ];
  } finally {
    store.close();
  }
}
