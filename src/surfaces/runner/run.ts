import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type AcquireOptions, createManager, type Lease, type ManagerOptions } from '../../index.js';
import { shown } from '../shown.js';
import { externalRun, isExternal } from './external.js';
import { narrator } from './narrator.js';
import { infoOf, type OpenedRun, type RunInfo, variablesOf } from './run-info.js';
import { setVariables } from './variables.js';
import { openWorkers } from './workers.js';

export type { RunInfo } from './run-info.js';

/** What a test run asks for: what `acquire` takes, and how it is handed to the tests. */
export interface RunOptions extends Omit<AcquireOptions, 'signal'> {
  /** Settings of the manager: state folder, ports and the like. */
  readonly manager?: Omit<ManagerOptions, 'env' | 'onProgress'>;
  /**
   * One environment for the whole run, one for each project (vitest only), or one for each worker. "run" by default.
   * Workers find their own by `docker-manual/worker`, which vitest's plugin loads by itself.
   */
  readonly scope?: 'run' | 'project' | 'worker';
  /** How many environments `scope: 'worker'` starts. As many as the runner has workers by default. */
  readonly workers?: number;
  /**
   * Let the test processes reach the services on the ports that the compose file publishes (`localhost:5432`). Works in
   * Node processes that are started after the setup, as workers are; not in the runner's own. False by default.
   */
  readonly redirect?: boolean;
  /** What to do where no usable Docker engine is: fail, or go on without services. "fail" by default. */
  readonly onUnavailable?: 'fail' | 'skip';
  /**
   * Service → the variable with its URL, `{ postgres: 'DATABASE_URL' }`. With DOCKER_MANUAL_EXTERNAL=1 nothing is
   * started and the services are those that these variables name.
   */
  readonly external?: Readonly<Record<string, string>>;
}

/** One use of an environment. */
export interface Run {
  readonly info: RunInfo;
  /**
   * Gives the environment back; it is removed when nobody in this process uses it any more. A second call does nothing.
   *
   * @throws RELEASE_INCOMPLETE
   */
  close(): Promise<void>;
}

interface SharedRun {
  readonly opened: Promise<OpenedRun>;
  users: number;
}

/** In the global registry: vitest loads a setup module anew for each project, and a second copy of this package may be there. */
const REGISTRY = Symbol.for('docker-manual/run');

function registry(): Map<string, SharedRun> {
  const place = globalThis as { [REGISTRY]?: Map<string, SharedRun> };
  place[REGISTRY] ??= new Map();
  return place[REGISTRY];
}

/**
 * Opens the environment of a test run: one for equal options, however often it is asked for in this process. Its
 * variables are in `process.env` until it is closed. When the process dies without closing, the watchdog removes it.
 *
 * @throws EnvironmentError; nothing is left behind then
 */
export async function openRun(options: RunOptions = {}): Promise<Run> {
  const runs = registry();
  const key = keyOf(options);
  const shared = runs.get(key) ?? { opened: open(options), users: 0 };
  runs.set(key, shared);
  shared.users += 1;
  const opened = await shared.opened.catch((error) => {
    runs.delete(key);
    throw error;
  });
  let closed = false;
  return {
    info: opened.info,
    async close() {
      if (closed) return;
      closed = true;
      shared.users -= 1;
      if (shared.users > 0) return;
      runs.delete(key);
      await opened.end();
    },
  };
}

/** Ends every run of this process, for runners whose teardown knows nothing of the setup. @throws RELEASE_INCOMPLETE */
export async function closeRuns(): Promise<void> {
  const shared = [...registry().values()];
  registry().clear();
  const ended = await Promise.allSettled(shared.map(async ({ opened }) => (await opened).end()));
  const failed = ended.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Equal options in another order or from another module give the same key. */
function keyOf(options: RunOptions): string {
  const plain = JSON.stringify({ ...options, cwd: resolve(options.cwd ?? '.') }, (_, value) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(plain).digest('hex');
}

async function open(options: RunOptions): Promise<OpenedRun> {
  const { manager: settings, scope = 'run', redirect = false, onUnavailable = 'fail', external, ...rest } = options;
  const { workers = availableParallelism(), ...wanted } = rest;
  if (isExternal(process.env)) return externalRun(external ?? {}, process.env);
  const tell = narrator(process.stderr);
  const manager = createManager({
    ...(wanted.cwd === undefined ? {} : { cwd: wanted.cwd }),
    ...settings,
    onProgress: tell.show,
  });
  try {
    if (onUnavailable === 'skip') {
      const found = await manager.available(
        wanted.startEngine === undefined ? {} : { startEngine: wanted.startEngine },
      );
      if (!found.available) {
        await manager.close();
        return skipped(found.error.message);
      }
    }
    if (scope === 'worker') return await openWorkers(manager, wanted, { workers, redirect });
    const lease = await manager.acquire(wanted);
    return opened(lease, scope === 'run' ? variablesOf(lease, redirect) : {}, () => manager.close());
  } catch (error) {
    await manager.close();
    throw error;
  } finally {
    tell.end();
  }
}

function opened(lease: Lease, variables: Readonly<Record<string, string>>, close: () => Promise<void>): OpenedRun {
  const restore = setVariables(variables);
  return {
    info: infoOf(lease),
    async end() {
      restore();
      try {
        await lease.release();
      } finally {
        await close();
      }
    },
  };
}

/** A run without services; tests see it by DM_SKIPPED=1. */
export function skipped(reason: string): OpenedRun {
  process.stderr.write(shown(`docker-manual: tests that need services are skipped: ${reason}\n`));
  const restore = setVariables({ DM_SKIPPED: '1' });
  return {
    info: { lease: null, project: null, services: {}, env: { DM_SKIPPED: '1' }, skipped: reason },
    end: async () => restore(),
  };
}
