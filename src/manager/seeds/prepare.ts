import { randomBytes } from 'node:crypto';
import { EnvironmentError } from '../../domain/errors.js';
import { ownName } from '../../domain/hazards/names.js';
import { seedKey } from '../../domain/hazards/seeds.js';
import { LABEL } from '../../domain/labels.js';
import type { Binding, LeaseRecord } from '../../domain/lease.js';
import type { ComposeModel } from '../../domain/model.js';
import type { PortMode } from '../../domain/ports.js';
import { withDependencies } from '../../domain/seeds.js';
import type { Engine } from '../../engine/engine.js';
import type { Context } from '../context.js';
import { addressesOf } from '../env.js';
import { runToEnd } from '../hooks.js';
import { readBack } from '../read-back.js';
import { saveVolumes } from '../volume-sets.js';
import type { SeedIdentity } from './fingerprint.js';

/** Migrations take as long as they take, and are nobody's readiness. Milliseconds. */
const COMMAND_LIMIT = 30 * 60_000;
/** Killed: what a service had only in memory is lost, and what it had half written is half. */
const KILLED = 137;

export interface Preparing {
  readonly context: Context;
  readonly engine: Engine;
  readonly lease: LeaseRecord;
  readonly model: ComposeModel;
  /** As planned. */
  readonly bindings: readonly Binding[];
  readonly portMode: PortMode;
  /** Starts the services of that model and returns when they are ready. */
  readonly start: (model: ComposeModel) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Prepares the data of services that nobody has prepared yet: starts them with what they wait for, runs their commands,
 * and keeps a copy of their volumes once they have ended by themselves. Leaves them started again, in an environment of
 * which nothing else runs.
 *
 * @throws HOOK_FAILED, SERVICE_FAILED, READY_TIMEOUT …
 */
export async function prepareSeeds(task: Preparing, missing: readonly SeedIdentity[]): Promise<void> {
  const model = withDependencies(
    task.model,
    missing.map(({ service }) => service),
  );
  await task.start(model);
  const { engine, lease, portMode, signal } = task;
  const planned = task.bindings.filter(({ service }) => service in model.services);
  const bindings = await readBack(engine, lease, model, planned, portMode, signal);
  for (const seed of missing) {
    await migrate(task, model, bindings, seed);
    await keep(task, seed);
  }
}

async function migrate(
  task: Preparing,
  model: ComposeModel,
  bindings: readonly Binding[],
  { seed }: SeedIdentity,
): Promise<void> {
  if (seed.command === undefined) return;
  const { context, engine, lease, signal } = task;
  const { env } = await addressesOf(model, { ...lease, bindings }, engine.host, context.config.stateDir);
  await runToEnd('seed', seed.command, { context, lease, env, signal }, COMMAND_LIMIT);
}

/** Without a copy the environment is as good: that there is none is told, and the next start tries again. */
async function keep(task: Preparing, seed: SeedIdentity): Promise<void> {
  const { context, engine, lease, signal } = task;
  const { service } = seed;
  const all = await engine.containers({ [LABEL.lease]: lease.id }, signal);
  const own = all.filter((container) => container.service === service);
  await Promise.all(own.map(({ id }) => engine.stop(id, signal)));
  const ended = await Promise.all(own.map(({ id }) => engine.inspect(id, signal)));
  const tell = (reason: string) =>
    context.config.onProgress({ type: 'notice', text: `the data of ${service} is not kept for others: ${reason}` });
  if (ended.some((detail) => detail?.exitCode === KILLED)) {
    tell('it did not end by itself in its time (stop_grace_period)');
  } else {
    await copyAway(task, seed).catch((error: unknown) => {
      if (signal.aborted || !(error instanceof EnvironmentError)) throw error;
      tell(error.message);
    });
  }
  await Promise.all(own.map(({ id }) => engine.start(id, signal)));
}

async function copyAway(task: Preparing, { service, fingerprint, folders, imageName, imageId }: SeedIdentity) {
  const { context, engine, lease, model, signal } = task;
  const store = await context.store();
  const stem = `dm-seed-${fingerprint.slice(0, 12)}-${randomBytes(4).toString('hex')}`;
  const sources = folders.map(({ target, key }, i) => ({
    service,
    target,
    volume: `${stem}-${i}`,
    image: imageId,
    from: ownName(lease.project, model.volumes, key ?? seedKey(service, target)),
  }));
  await saveVolumes({ engine, store, lease, kind: 'seed', name: fingerprint, sources, signal });
  store.note(lease, 'seeded', { service, image: imageName, fingerprint: fingerprint.slice(0, 12) });
}
