import { EnvironmentError } from '../domain/errors.js';
import type { HookPoint } from '../domain/hooks.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { Owner } from '../domain/owner.js';
import { checkRecovery } from '../domain/recovery.js';
import { recommendedWaits } from '../domain/resources.js';
import { suggest } from '../domain/suggest.js';
import { timelineOf } from '../domain/timeline.js';
import type { Waits } from '../domain/wait.js';
import type { AcquireOptions } from './acquire-options.js';
import { admitted } from './admit.js';
import { type BroughtUp, bringUp } from './bring-up.js';
import { buildOptions } from './build/options.js';
import type { Claimed } from './claim.js';
import type { Context } from './context.js';
import { DEFAULT_WAIT_TIMEOUT } from './deadline.js';
import { addressesOf } from './env.js';
import { failedStart } from './failed-start.js';
import { type AcquiredEnvironment, environmentOf, finalHolder } from './handed-over.js';
import { atPoint, atPointCalmly, checkHooks, type HookTask, keepHooks } from './hooks.js';
import { Journal } from './journal.js';
import { thisSession } from './machine.js';
import type { Filling } from './pool/fill.js';
import type { FromPool } from './pool/hand-out.js';
import { reachEngine } from './reach-engine.js';
import { release } from './release.js';
import { keepRenewing } from './renewal.js';
import { modelOf } from './resolve.js';
import { joinShared, type SharedUse } from './shared.js';
import { firstSnapshot, useOf } from './shared-use.js';
import { Steps } from './steps.js';
import { sweep } from './sweep.js';
import { keepFirstEdition } from './update/keep.js';
import { keyOf, type Wanted, wantedBy } from './wanted.js';
import { ensureWatchdog } from './watchdog.js';

/** `provisionalKey`: in place of the key by which others find a shared environment, until it takes another's place. */
export interface Apart extends Pick<FromPool, 'place'> {
  readonly provisionalKey?: string;
}

/**
 * Gives an environment made of the user's files, ready to be used, or throws and leaves nothing behind. `place`: in the
 * pool that was asked first, and was empty.
 */
export async function acquire(
  context: Context,
  options: AcquireOptions,
  apart: Apart = {},
): Promise<AcquiredEnvironment> {
  return (await start(context, options, apart)) as AcquiredEnvironment;
}

/** Makes one for the pool. Undefined when that wants none any more. */
export function acquireAhead(
  context: Context,
  options: AcquireOptions,
  filling: Filling,
): Promise<AcquiredEnvironment | undefined> {
  return start(context, options, { place: filling.place, filling });
}

async function start(
  context: Context,
  options: AcquireOptions,
  { place, provisionalKey, filling }: Apart & { readonly filling?: Filling },
): Promise<AcquiredEnvironment | undefined> {
  checkRecovery(options);
  checkHooks(options.hooks ?? {});
  buildOptions(options);
  const journal = new Journal(context.config.onProgress);
  const config = { ...context.config, onProgress: journal.onProgress };
  const steps = new Steps(options.signal, config.onProgress);
  const { engine } = await steps.run('engine', () => reachEngine(context, options, steps.signal));
  const store = await steps.run('engine', () => context.store());
  await steps.run('sweep', () => sweep(context, steps.signal));
  const where = { config, engine, store };
  const wanted = await steps.run('resolve', () => wantedBy(options, where, steps.signal));
  const key = await keyOf(wanted, options, steps.signal);
  const use = wanted.mode === 'shared' ? useOf(context, provisionalKey ?? key, wanted.owner, options) : undefined;
  const asked = { ...wanted, place, sharedKey: use?.key ?? null, signal: steps.signal };
  for (;;) {
    const joined = use && (await steps.run('claim', () => joinShared(context, use, steps.signal)));
    if (joined) {
      const model = modelOf(wanted.template, joined.project);
      return { ...(await environmentOf(wanted, model, joined, steps.timings())), use };
    }
    const claimed = await admitted(context, asked, options, steps);
    if (claimed) return make(context, { ...wanted, ...claimed, options, key, use, journal, steps, filling });
    if (filling) return undefined;
  }
}

interface Making extends Claimed, Wanted {
  readonly options: AcquireOptions;
  /** By which others will find it, where it is shared. */
  readonly key: string;
  readonly use: SharedUse | undefined;
  readonly journal: Journal;
  readonly steps: Steps;
  readonly filling: Filling | undefined;
}

/** From the claimed lease to the ready environment. */
async function make(context: Context, making: Making): Promise<AcquiredEnvironment> {
  const { config, engine, store, lease, template, options, use, journal } = making;
  keepRenewing(context, store);
  if (config.watchdog) ensureWatchdog(config, store);
  const heldBy = making.filling ? stock() : finalHolder(lease, options.ttl, config.env);
  const model = modelOf(template, lease.project);
  const hooks = {
    context: { ...context, config },
    lease,
    hooks: options.hooks ?? {},
    env: {},
    signal: making.steps.signal,
  };
  try {
    keepHooks(config, lease, hooks.hooks);
    await hookStep(making, 'beforeStart', hooks);
    const task = {
      ...making,
      context: { ...context, config },
      model,
      heldBy,
      onEvent: journal.onEvent,
      waits: { ...recommendedWaits(model, making.resources), ...waitsFor(model, options.waits ?? {}) },
      waitTimeout: options.waitTimeout ?? DEFAULT_WAIT_TIMEOUT,
      accelerate: options.accelerate !== false,
      ...buildOptions(options),
    };
    const broughtUp = await bringUp(task, lease);
    await beforeHandOver(making, broughtUp, hooks);
    await keepFirstEdition(context, broughtUp, options, use ? making.key : null);
    const environment = await handOver(making, broughtUp, heldBy.owner);
    await firstSnapshot(context, environment.record, model, making);
    config.onProgress({ type: 'ready', project: lease.project, afterMs: environment.timings.total ?? 0 });
    return { ...environment, use };
  } catch (error) {
    await atFailure(hooks, error);
    const keep = options.keepOnFailure === true;
    const failure = await failedStart({ config, engine, store, lease, model, journal: journal.entries, keep }, error);
    if (failure.teardown) await undo(context, lease);
    throw failure.error;
  }
}

/** Nobody has the one for a pool yet, who could want something done to it: that comes when it is handed over. */
async function beforeHandOver(making: Making, { lease, model, bindings }: BroughtUp, hooks: HookTask): Promise<void> {
  const { config, engine, steps, filling } = making;
  if (filling) return steps.run('verify', () => filling.confirm(lease, model, steps.signal));
  const { env } = await addressesOf(model, { ...lease, bindings }, engine.host, config.stateDir);
  await hookStep(making, 'afterReady', { ...hooks, env });
}

/** Who owns what stands ready. Its labels say no end: should the store be lost, nobody knows whether it is in use. */
function stock(): Pick<LeaseRecord, 'owner' | 'expiresAt'> {
  return { owner: thisSession('docker-manual pool', {}), expiresAt: null };
}

/** A step of its own, with as much time as the services have. */
async function hookStep({ steps, options }: Making, point: HookPoint, task: HookTask): Promise<void> {
  if (task.hooks[point] === undefined) return;
  await steps.run('hook', () => atPoint(point, task, options.waitTimeout ?? DEFAULT_WAIT_TIMEOUT));
}

/** While everything is still there to be looked at. Who aborts wants an end, and no hook. */
async function atFailure(hooks: HookTask, error: unknown): Promise<void> {
  if (!(error instanceof EnvironmentError) || error.code === 'ABORTED') return;
  await atPointCalmly('onFailure', { ...hooks, env: { DM_ERROR: error.code } });
}

/** @throws OPTION_INVALID for a service that the files do not have */
function waitsFor(model: ComposeModel, waits: Waits): Waits {
  for (const name of Object.keys(waits)) {
    if (name in model.services) continue;
    const near = suggest(name, Object.keys(model.services));
    const reason = `there is no service "${name}"${near ? `; did you mean "${near}"?` : ''}`;
    throw new EnvironmentError('OPTION_INVALID', { option: 'waits', reason, command: 'start' });
  }
  return waits;
}

async function handOver(
  making: Making,
  { lease, model, bindings }: BroughtUp,
  owner: Owner,
): Promise<AcquiredEnvironment> {
  const { store, options, use, steps, journal } = making;
  const timings = steps.timings();
  const timeline = timelineOf(model, journal.begun, journal.marks(), timings);
  const user = use && (use.onHandOver ? { ...use.holder, preparing: true as const } : use.holder);
  const holders = user && options.ttl === undefined ? [user] : [];
  const expiresAt = options.ttl ? Date.now() + options.ttl : null;
  const record = store.ready(lease, { bindings, owner, holders, expiresAt, timeline });
  return environmentOf(making, model, record, timings);
}

/** Teardown after a failure: its own failure is told, but never hides the first one. */
async function undo(context: Context, lease: LeaseRecord): Promise<void> {
  try {
    await release(context, lease.id, 'the start failed');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.config.onProgress({ type: 'left', project: lease.project, reason });
  }
}
