import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LABEL, type Labels } from '../../src/domain/labels.js';
import type { ComposeModel } from '../../src/domain/model.js';
import { type Config, readConfig } from '../../src/manager/config.js';
import { type Context, createContext } from '../../src/manager/context.js';
import type { Lease } from '../../src/manager/lease.js';
import { Manager } from '../../src/manager/manager.js';
import { sweep } from '../../src/manager/sweep.js';
import { LeaseStore } from '../../src/store/lease-store.js';
import { FakeEngine } from './fake-engine.js';
import { NEVER } from './scope.js';

const MODEL: ComposeModel = {
  name: 'x',
  services: {
    db: { image: 'postgres', ports: [{ target: 5432, published: '5432' }], healthcheck: { test: ['CMD', 'true'] } },
    api: { image: 'api', ports: [{ target: 80 }], healthcheck: { test: ['CMD', 'true'] } },
  },
  volumes: { data: { name: 'x_data' } },
};

export const DAMAGES = ['deleted', 'garbage', 'cut'] as const;

/** An environment, and what is to be thought of it. */
export interface Holding {
  readonly lease: Lease;
  /** The process that it hangs on; undefined for one that hangs on the clock. */
  readonly owner: ChildProcess | undefined;
  readonly expiresAt: number | null;
  released: boolean;
}

/**
 * A state folder and a fake engine together with what should be true of them: the leases that were given out, the real
 * processes that hold them, a clock that can be turned, and foreign objects. Every deed is the product's own; only the
 * process number is borrowed from a child while an acquire runs.
 */
export class World implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'dm-world-'));
  readonly engine = new FakeEngine(MODEL, { db: { healthyAfter: 0 }, api: { healthyAfter: 0 } });
  readonly manager: Manager;
  readonly holdings: Holding[] = [];
  readonly foreign: string[] = [];
  readonly storeId: string;
  readonly #config: Config;
  readonly #context: Context;
  readonly #now = Date.now;
  #clock = 0;
  #numbers = 0;

  constructor() {
    writeFileSync(join(this.folder, 'compose.yml'), 'services: {}');
    const stateDir = join(this.folder, 'state');
    this.#config = readConfig({ stateDir, watchdog: false, env: {}, ports: '31300-31399', onProgress: () => {} });
    this.#context = createContext(this.#config, { engine: this.engine });
    this.manager = new Manager(this.#context);
    const store = new LeaseStore(stateDir);
    this.storeId = store.id;
    store.close();
    Date.now = () => this.#now() + this.#clock;
  }

  living(): Holding[] {
    return this.holdings.filter(({ owner, expiresAt, released }) => {
      const isOver = owner ? owner.exitCode !== null || owner.signalCode !== null : (expiresAt ?? 0) <= Date.now();
      return !released && !isOver;
    });
  }

  /** @param ttl milliseconds; undefined: held by a process of its own */
  async acquire(ttl: number | undefined): Promise<Holding> {
    const owner = ttl === undefined ? await startProcess() : undefined;
    const options = { cwd: this.folder, name: 'w', ...(ttl === undefined ? {} : { ttl }) };
    const lease = await asProcess(owner?.pid, () => this.manager.acquire(options));
    const holding = { lease, owner, expiresAt: lease.record.expiresAt, released: false };
    this.holdings.push(holding);
    return holding;
  }

  sweep(): Promise<void> {
    return sweep(this.#context, NEVER);
  }

  /** A manager closes only what it has opened itself. */
  async #close(): Promise<void> {
    await this.manager.close();
    await this.#context.close();
  }

  turnClock(ms: number): void {
    this.#clock += ms;
  }

  async damage(how: (typeof DAMAGES)[number]): Promise<void> {
    await this.#close();
    const file = join(this.#config.stateDir, 'store.db');
    if (how === 'deleted') for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });
    else if (how === 'garbage') writeFileSync(file, 'this was a database once');
    else if (existsSync(file)) truncateSync(file, 5000);
  }

  /** Something that only looks like ours, or like a part of the newest environment. @param likeness 0 to 3 */
  makeForeign(kind: 'container' | 'network' | 'volume', likeness: number): void {
    const { project = 'w-00000000', id = '0'.repeat(32) } = this.holdings.at(-1)?.lease ?? {};
    const likenesses: readonly Labels[] = [
      {},
      { 'com.docker.compose.project': project },
      { [LABEL.lease]: id.replace(/.$/, (last) => (last === '0' ? '1' : '0')), [LABEL.store]: 'another' },
      { [LABEL.lease]: '../../x', [LABEL.store]: this.storeId },
    ];
    const labels = likenesses[likeness] as Labels;
    // Without a label, what begins with our project's exact prefix and is younger than the lease counts as ours.
    const name = `${likeness === 0 ? `x${project}` : project}_data_${this.#numbers++}`;
    this.engine.addForeign(kind, name, labels);
    this.foreign.push(name);
  }

  /** Lease id → how many objects the engine has of it; and the names of everything. */
  async objects(): Promise<{ readonly leases: ReadonlyMap<string, number>; readonly names: readonly string[] }> {
    const all = (
      await Promise.all([this.engine.containers({}), this.engine.networks({}), this.engine.volumes({})])
    ).flat();
    const leases = new Map<string, number>();
    for (const { name, labels } of all) {
      const id = labels[LABEL.lease];
      if (id !== undefined && !this.foreign.includes(name)) leases.set(id, (leases.get(id) ?? 0) + 1);
    }
    return { leases, names: all.map(({ name }) => name) };
  }

  /** Ids of the leases that the store knows, with their generation. */
  async rows(): Promise<ReadonlyMap<string, number>> {
    return new Map((await this.#context.store()).list().map(({ id, generation }) => [id, generation]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Date.now = this.#now;
    await Promise.all(this.holdings.map(({ owner }) => owner && endProcess(owner)));
    await this.#close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function startProcess(): Promise<ChildProcess> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  await once(child, 'spawn');
  return child;
}

export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function asProcess<T>(pid: number | undefined, work: () => Promise<T>): Promise<T> {
  const own = process.pid;
  Object.defineProperty(process, 'pid', { value: pid ?? own, configurable: true });
  try {
    return await work();
  } finally {
    Object.defineProperty(process, 'pid', { value: own, configurable: true });
  }
}
