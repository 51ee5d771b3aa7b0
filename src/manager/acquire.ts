import { EnvironmentError } from '../domain/errors.js';
import type { HookPoint } from '../domain/hooks.js';
import type { LeaseRecord, Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { Owner } from '../domain/owner.js';
import { checkRecovery } from '../domain/recovery.js';
import { recommendedWaits } from '../domain/resources.js';
import { checkSeeds, type Seeds } from '../domain/seeds.js';
import { suggest } from '../domain/suggest.js';
import { timelineOf } from '../domain/timeline.js';
import type { Waits } from '../domain/wait.js';
import type { AcquireOptions } from './acquire-options.js';
import { admitted } from './admit.js';
import { type BroughtUp, bringUp } from './bring-up.js';
import { contentOf } from './build/identify.js';
import { buildOptions } from './build/options.js';
import { type Asked, baseOf, type Claimed } from './claim.js';
import type { Context } from './context.js';
import { DEFAULT_WAIT_TIMEOUT } from './deadline.js';
import { addressesOf } from './env.js';
import { failedStart } from './failed-start.js';
import { type AcquiredEnvironment, environmentOf, finalHolder } from './handed-over.js';
import { atPoint, atPointCalmly, checkHooks, type HookTask, keepHooks } from './hooks.js';
import { Journal } from './journal.js';
import { thisSession } from './machine.js';
import { ownerHere } from './owner-life.js';
import type { Filling } from './pool/fill.js';
import type { FromPool } from './pool/hand-out.js';
import { reachEngine } from './reach-engine.js';
import { release } from './release.js';
import { keepRenewing } from './renewal.js';
import { modelOf } from './resolve.js';
import { resourcesOf } from './resources.js';
import { seedContents } from './seeds/fingerprint.js';
import { joinShared, type SharedUse } from './shared.js';
import { sharedKey } from './shared-key.js';
import { firstSnapshot, useOf } from './shared-use.js';
import { specAndModel } from './spec.js';
import { Steps } from './steps.js';
import { sweep } from './sweep.js';
import { keepFirstEdition } from './update/keep.js';
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
  const wanted = await wantedBy(options, { config, engine, store }, steps);
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

/** What the options come to, before anything is claimed. */
interface Wanted extends Omit<Asked, 'sharedKey' | 'place' | 'signal'> {
  readonly seeds: Seeds;
}

/** @throws COMPOSE_FILE_MISSING, COMPOSE_FILE_INVALID, OPTION_INVALID */
async function wantedBy(
  options: AcquireOptions,
  where: Pick<Asked, 'config' | 'engine' | 'store'>,
  steps: Steps,
): Promise<Wanted> {
  const { config, engine } = where;
  const { files, template } = await steps.run('resolve', () => specAndModel(config, engine, options, steps.signal));
  const owner = await ownerHere(engine, options.owner);
  const { mode = 'dedicated', decisions = {}, portMode = 'range', name } = options;
  const seeds = seedsOf(options, files, template);
  const about = { ...where, owner, template, mode, signal: steps.signal };
  const resources = { ...(await resourcesOf(about, options)), seeded: Object.keys(seeds) };
  return { ...where, files, template, name, mode, owner, decisions, portMode, resources, seeds };
}

/** By which others find an environment, where it is shared. */
async function keyOf(wanted: Wanted, options: AcquireOptions, signal: AbortSignal): Promise<string> {
  const { config, engine, files, template, mode, decisions, portMode, resources, seeds } = wanted;
  const content = mode === 'shared' ? await contentOf(config, engine, template, signal) : [];
  const seedKey = mode === 'shared' ? [seeds, seedContents(seeds, files.directory)] : [];
  const of = [decisions, portMode, resources, files.seat, seedKey, ...content];
  return sharedKey(baseOf(wanted), template, options, ...of);
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
  if (filling) return steps.run('verify', () => filling.confirm(lease, model));
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

/** @throws OPTION_INVALID */
function seedsOf({ seeds = {} }: AcquireOptions, { only = [] }: Spec, template: ComposeModel): Seeds {
  const chosen = Object.entries(seeds).filter(([name]) => only.length === 0 || name in template.services);
  checkSeeds(template, Object.fromEntries(chosen));
  return Object.fromEntries(chosen);
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
