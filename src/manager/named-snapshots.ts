import { randomBytes } from 'node:crypto';
import { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import { needsComposeUp } from '../domain/model.js';
import { dataFolders } from '../domain/seeds.js';
import type { ContainerDetail, Engine, VolumeObject } from '../engine/engine.js';
import { isLoopback } from '../redirect/port-map.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { SavedVolume, VolumeSet } from '../store/volume-sets.js';
import { verified } from './check.js';
import type { Context } from './context.js';
import { DEFAULT_WAIT_TIMEOUT } from './deadline.js';
import { HeldPorts } from './held-ports.js';
import { accounted, alone, assertHeld, only, rebound } from './ladder.js';
import { leaseFolder } from './lease-folder.js';
import { type WhichEnvironment, withEnvironment } from './leased.js';
import { ReadyWait } from './ready-wait.js';
import { modelOf, resolveModel } from './resolve.js';
import { startServices } from './start.js';
import { helperLabels, saveVolumes } from './volume-sets.js';

/** Which environment, and under which name its data is kept. */
export interface NamedSnapshotOptions extends WhichEnvironment {
  /** What it is called: letters, digits, ".", "_", "-". */
  readonly snapshot: string;
  /** Until the services are ready again. Milliseconds; 60 000 by default. */
  readonly waitTimeout?: number;
  readonly signal?: AbortSignal;
}

/** What was saved or brought back. */
export interface NamedSnapshot {
  readonly record: LeaseRecord;
  readonly snapshot: string;
  /** Folders whose data is in it. */
  readonly volumes: readonly Pick<SavedVolume, 'service' | 'target'>[];
}

/** One environment that is worked on, alone. */
interface Work {
  readonly context: Context;
  readonly config: Context['config'];
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly record: LeaseRecord;
  readonly model: ComposeModel;
  readonly details: readonly ContainerDetail[];
  readonly waitTimeout: number;
  readonly signal: AbortSignal;
}

/** A volume of the environment with what stands in front of it. */
interface Mounted extends SavedVolume {
  readonly isNamed: boolean;
}

/**
 * Keeps a copy of all volumes of an environment under a name, which outlives it. Services that use them are stopped
 * meanwhile, and are ready again when this returns.
 *
 * @throws OPTION_INVALID, RESET_UNSUPPORTED where it has no volume, ENVIRONMENT_CHANGED, LEASE_NOT_FOUND
 */
export function saveSnapshot(context: Context, options: NamedSnapshotOptions): Promise<NamedSnapshot> {
  return withVolumes(context, options, async (work) => {
    const { engine, store, record, signal } = work;
    const { snapshot: name } = options;
    if (store.volumeSets.find(engine.endpoint, 'snapshot', name)) throw taken(name);
    const mounted = await mountedVolumes(work);
    if (mounted.length === 0) {
      throw new EnvironmentError('RESET_UNSUPPORTED', {
        service: record.project,
        reason: 'no service of it has a volume',
      });
    }
    const stem = `dm-snapshot-${randomBytes(6).toString('hex')}`;
    const sources = mounted.map(({ service, target, image, volume }, i) => {
      return { service, target, image, from: volume, volume: `${stem}-${i}` };
    });
    const services = usersOf(work, mounted);
    await using ports = await stopped(work, services);
    try {
      const saved = await saveVolumes({ engine, store, lease: record, kind: 'snapshot', name, sources, signal });
      if (!saved) throw taken(name);
    } finally {
      await startedAgain(work, services, ports);
    }
    store.note(record, 'snapshot-saved', { snapshot: name });
    return { record, snapshot: name, volumes: mounted.map(({ service, target }) => ({ service, target })) };
  });
}

/**
 * Brings the data of a snapshot into an environment of the same services and images: what its volumes held is gone then.
 *
 * @throws SNAPSHOT_MISFIT, VOLUMES_NOT_FOUND, ENVIRONMENT_CHANGED, LEASE_NOT_FOUND
 */
export function restoreSnapshot(context: Context, options: NamedSnapshotOptions): Promise<NamedSnapshot> {
  return withVolumes(context, options, async (work) => {
    const { engine, store, record } = work;
    const { snapshot: name } = options;
    const set = store.volumeSets.find(engine.endpoint, 'snapshot', name);
    if (!set) throw new EnvironmentError('VOLUMES_NOT_FOUND', { name });
    const mounted = await mountedVolumes(work);
    const pairs = set.volumes.map((saved) => [saved, fitting(saved, mounted, set, record)] as const);
    const targets = pairs.map(([, volume]) => volume);
    const services = usersOf(work, targets);
    await using ports = await stopped(work, services);
    try {
      await replaced(work, services, pairs);
    } finally {
      await assertHeld(work);
    }
    await startedAgain(work, services, ports);
    store.volumeSets.touch(set);
    store.note(record, 'snapshot-restored', { snapshot: name });
    return { record: await rebound(work), snapshot: name, volumes: set.volumes };
  });
}

function withVolumes<T>(context: Context, options: NamedSnapshotOptions, run: (work: Work) => Promise<T>): Promise<T> {
  const signal = options.signal ?? new AbortController().signal;
  if (!/^[A-Za-z0-9][\w.-]{0,62}$/.test(options.snapshot)) {
    const reason = `"${options.snapshot}" is no name of letters, digits, ".", "_" and "-"`;
    throw new EnvironmentError('OPTION_INVALID', { option: 'snapshot', reason, command: 'snapshot' });
  }
  return withEnvironment(context, options, async (there, record) => {
    const [engine, store] = await Promise.all([there.engine(), there.store()]);
    const { config } = there;
    return alone({ config, record, signal }, async () => {
      const template = await resolveModel(config, engine, record.spec, signal);
      const containers = await verified(there, record, signal);
      const details = await Promise.all(containers.map(({ id }) => engine.inspect(id, signal)));
      const model = modelOf(template, record.project);
      const waitTimeout = options.waitTimeout ?? DEFAULT_WAIT_TIMEOUT;
      const known = details.filter((detail) => detail !== undefined);
      return run({ context: there, config, engine, store, record, model, details: known, waitTimeout, signal });
    });
  });
}

/** Each volume once, also where several services have it. */
async function mountedVolumes({ engine, model, details, signal }: Work): Promise<Mounted[]> {
  const found = new Map<string, Mounted>();
  for (const { service, image: imageName, mounts } of details) {
    const image = await engine.image(imageName, signal);
    for (const { target } of dataFolders(model, service, image?.volumes ?? [])) {
      const mount = mounts.find((each) => each.type === 'volume' && each.target === target);
      if (!mount || found.has(mount.name)) continue;
      const isNamed = !/^[0-9a-f]{64}$/.test(mount.name);
      found.set(mount.name, { service, target, volume: mount.name, image: image?.id ?? imageName, isNamed });
    }
  }
  return [...found.values()];
}

function usersOf({ details }: Work, volumes: readonly { volume: string }[]): string[] {
  const names = volumes.map(({ volume }) => volume);
  const users = details.filter(
    ({ mounts, status }) => status === 'running' && mounts.some(({ name }) => names.includes(name)),
  );
  return [...new Set(users.map(({ service }) => service))];
}

function fitting(
  saved: SavedVolume,
  mounted: readonly Mounted[],
  { name }: VolumeSet,
  { project }: LeaseRecord,
): Mounted {
  const { service, target, image } = saved;
  const found = mounted.find((each) => each.service === service && each.target === target);
  const misfit = (reason: string) => new EnvironmentError('SNAPSHOT_MISFIT', { name, project, service, reason });
  if (!found) throw misfit(`it has no volume at ${target} of that service`);
  if (found.image !== image) throw misfit('its data was written by another image than the service has now');
  return found;
}

/** Nobody gets their ports until they start again. */
async function stopped({ engine, record, details, signal }: Work, services: readonly string[]): Promise<HeldPorts> {
  const own = details.filter(({ service }) => services.includes(service));
  await Promise.all(own.map(({ id }) => engine.stop(id, signal)));
  return HeldPorts.hold(
    isLoopback(engine.host) ? record.bindings.filter((each) => services.includes(each.service)) : [],
  );
}

/** New containers on new volumes: what has a name is filled before they are made, so that they add nothing of their image. */
async function replaced(
  work: Work,
  services: readonly string[],
  pairs: readonly (readonly [SavedVolume, Mounted])[],
): Promise<void> {
  const { config, engine, store, record, details, signal } = work;
  const before = new Map((await engine.volumes({}, signal)).map((volume) => [volume.name, volume]));
  for (const { id, service } of details) if (services.includes(service)) await engine.removeContainer(id, signal);
  const fill = ({ volume: source, image }: SavedVolume, to: string) =>
    engine.copyIntoVolume({ from: { type: 'volume', source }, to, image }, helperLabels(store, record), signal);
  for (const [saved, { volume, isNamed }] of pairs) {
    if (!isNamed) continue;
    const { labels } = before.get(volume) as VolumeObject;
    await engine.removeVolume(volume, signal);
    await engine.createVolume(volume, undefined, labels, signal);
    await fill(saved, volume);
  }
  const overrideFile = `${leaseFolder(config, record)}/override.yml`;
  await engine.createMissing(record.spec, record.project, overrideFile, services, signal);
  const made = await detailsOf(work);
  for (const [saved, { isNamed, service, target }] of pairs) {
    if (isNamed) continue;
    const mount = made.find((each) => each.service === service)?.mounts.find((each) => each.target === target);
    if (mount) await fill(saved, mount.name);
  }
}

async function detailsOf({ context, engine, record, signal }: Work): Promise<ContainerDetail[]> {
  const { containersOf } = await import('./services.js');
  const list = await containersOf(await context.engine(), record, undefined, 'snapshot', signal);
  const details = await Promise.all(list.map(({ id }) => engine.inspect(id, signal)));
  return details.filter((detail) => detail !== undefined);
}

/** @throws SERVICE_FAILED, READY_TIMEOUT, PORT_CONFLICT … */
async function startedAgain(work: Work, services: readonly string[], ports: HeldPorts): Promise<void> {
  const { config, engine, record, waitTimeout, signal } = work;
  const model = only(work.model, services);
  const wait = new ReadyWait({ model, waitTimeout, signal });
  const nothing = { services: {}, networks: {}, volumes: {} };
  const overrideFile = `${leaseFolder(config, record)}/override.yml`;
  const run = { ...record.spec, project: record.project, override: nothing, overrideFile };
  const own = (await detailsOf(work)).filter(({ service }) => services.includes(service));
  await ports.release();
  const starting = wait.run(async (inTime) => {
    for (const { service } of own.filter((each) => needsComposeUp(model, each.service))) {
      await engine.up(run, service, inTime);
    }
    await Promise.all(
      own.filter(({ service }) => !needsComposeUp(model, service)).map(({ id }) => engine.start(id, inTime)),
    );
    const { onVerdict } = wait;
    await startServices({ engine, lease: record, model, waits: {}, onEvent: () => {}, onVerdict, signal: inTime });
  });
  await starting.catch(async (error) => {
    signal.throwIfAborted();
    throw error instanceof EnvironmentError ? await accounted(work, error) : error;
  });
}

function taken(name: string): EnvironmentError {
  const reason = `there is a snapshot "${name}" already; docker-manual snapshot remove ${name} takes it away`;
  return new EnvironmentError('OPTION_INVALID', { option: 'snapshot', reason, command: 'snapshot' });
}
