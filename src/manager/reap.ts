import { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { Engine } from '../engine/engine.js';
import type { Config } from './config.js';
import { usersOf } from './holder.js';
import { VolumeMemory } from './volume-memory.js';

/** Cleanup has its own time: it must not be cut short by the deadline that made it necessary. Milliseconds. */
const REAP_TIMEOUT = 60_000;
/** Rounds in a row that removed nothing, after which what is left is reported: two seconds of an object "in use". */
const MAX_STALLED = 5;

/** The longest that containers are given to end by themselves; the engine's own default is 10 s. Milliseconds. */
const GRACE = 30_000;

export interface ReapOptions {
  /**
   * Empty scans in a row that are asked for. 1 when nobody creates any more; 2 after a dead owner, whose last requests
   * the engine may still be working on (seen up to 0.7 s after the client's death).
   */
  readonly emptyScans: 1 | 2;
}

/** An anonymous volume's name, and the label that the engine gives to it. */
const ANONYMOUS_NAME = /^[0-9a-f]{64}$/;
const ANONYMOUS_LABEL = 'com.docker.volume.anonymous';

/** Between two empty scans, and before an object that would not go is tried again. Milliseconds. */
const QUIET = 400;
/** A scan takes 10 ms on an idle engine; one that takes longer has more to do, also with requests of the dead. */
const SLOWNESS = 20;
const LONGEST_QUIET = 5000;

function quiet(scanMs: number): Promise<void> {
  const pause = Math.min(Math.max(QUIET, scanMs * SLOWNESS), LONGEST_QUIET);
  return new Promise((resolve) => setTimeout(resolve, pause));
}

/**
 * Removes everything of a lease, found by its label through the API: containers, then networks, then volumes, until
 * nothing is left. Never `compose down`: with a file it deletes volumes it never made, without one it can fail for
 * ever. Goes on after an error; what stays is in the error.
 *
 * @throws RELEASE_INCOMPLETE
 */
export async function reap(config: Config, engine: Engine, lease: LeaseRecord, options: ReapOptions): Promise<void> {
  const signal = AbortSignal.timeout(REAP_TIMEOUT);
  let errors: unknown[] = [];
  let before = Number.POSITIVE_INFINITY;
  const memory = new VolumeMemory(config, lease);
  let keepsData = lease.spec.keepsVolumes === true;
  for (let empty = 0, stalled = 0; stalled < MAX_STALLED; ) {
    const from = performance.now();
    const found = await scan(engine, lease, memory.names, signal);
    const scanMs = performance.now() - from;
    const count = found.containers.length + found.networks.length + found.volumes.length;
    if (count === 0) {
      empty += 1;
      if (empty >= options.emptyScans) return;
      await quiet(scanMs);
      continue;
    }
    empty = 0;
    stalled = count < before ? 0 : stalled + 1;
    before = count;
    if (stalled > 0) await quiet(scanMs);
    memory.add(found.anonymous);
    if (keepsData) await stopAll(engine, found);
    keepsData = false;
    errors = await removeAll(engine, found, signal);
  }
  throw await incomplete(engine, lease, await scan(engine, lease, memory.names, signal), errors, signal);
}

/** Whose volumes stay may write down first what it has only in memory. What does not end in time is removed all the same. */
async function stopAll(engine: Engine, found: Found): Promise<void> {
  const signal = AbortSignal.timeout(GRACE);
  await Promise.allSettled(found.containers.map((container) => engine.stop(container.id, signal)));
}

interface Found {
  readonly containers: readonly { id: string; name: string }[];
  readonly networks: readonly { id: string; name: string }[];
  readonly volumes: readonly { id: string; name: string }[];
  /** Anonymous volumes of the containers. */
  readonly anonymous: readonly string[];
}

/**
 * What is ours: the label; or, for a volume that the engine made by itself when a late container came (it bears no
 * label then), our project's exact prefix together with a date after the lease's; or an anonymous volume that a
 * container of ours had, in case the engine has removed the container and not the volume.
 */
async function scan(
  engine: Engine,
  lease: LeaseRecord,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Found> {
  const labels = { [LABEL.lease]: lease.id };
  const [containers, networks, volumes] = await Promise.all([
    engine.containers(labels, signal),
    engine.networks(labels, signal),
    engine.volumes({}, signal),
  ]);
  // The engine gives whole seconds.
  const since = Math.floor(lease.createdAt / 1000) * 1000;
  const ours = volumes.filter((v) => {
    if (v.labels[LABEL.lease] === lease.id) return true;
    if (v.createdAt < since) return false;
    if (known.has(v.name)) return ANONYMOUS_LABEL in v.labels;
    return Object.keys(v.labels).length === 0 && v.name.startsWith(`${lease.project}_`);
  });
  const mounted = containers.flatMap((container) => container.volumes);
  return { containers, networks, volumes: ours, anonymous: mounted.filter((name) => ANONYMOUS_NAME.test(name)) };
}

async function removeAll(engine: Engine, found: Found, signal: AbortSignal): Promise<unknown[]> {
  const errors: unknown[] = [];
  const attempt = async (removals: readonly Promise<void>[]) => {
    for (const result of await Promise.allSettled(removals)) {
      if (result.status === 'rejected') errors.push(result.reason);
    }
  };
  await attempt(found.containers.map((c) => engine.removeContainer(c.id, signal)));
  await attempt(found.networks.map((n) => engine.removeNetwork(n.id, signal)));
  await attempt(found.volumes.map((v) => engine.removeVolume(v.name, signal)));
  return errors;
}

async function incomplete(
  engine: Engine,
  lease: LeaseRecord,
  found: Found,
  errors: readonly unknown[],
  signal: AbortSignal,
): Promise<EnvironmentError> {
  const left = [
    ...found.containers.map((c) => `container ${c.name}`),
    ...found.networks.map((n) => `network ${n.name}`),
    ...found.volumes.map((v) => `volume ${v.name}`),
  ];
  const everybody = errors.some(isInUse) ? await engine.containers({}, signal).catch(() => []) : [];
  const named = errors.map((e) =>
    isInUse(e) ? new EnvironmentError(e.code, { ...e.params, holder: usersOf(everybody, e) }, e) : e,
  );
  const reasons = [...new Set(named.map((e) => (e instanceof Error ? e.message : String(e))))];
  return new EnvironmentError(
    'RELEASE_INCOMPLETE',
    { project: lease.project, left: left.join(', '), evidence: reasons.map((r) => `\n  ${r}`).join('') },
    { cause: new AggregateError(errors) },
  );
}

function isInUse(error: unknown): error is EnvironmentError {
  return error instanceof EnvironmentError && error.code === 'OBJECT_IN_USE';
}
