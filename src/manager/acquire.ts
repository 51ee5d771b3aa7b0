import type { ServiceAddress } from '../domain/addresses.js';
import type { BuildPolicy, PullPolicy } from '../domain/build/policy.js';
import type { Decisions } from '../domain/decisions.js';
import { EnvironmentError } from '../domain/errors.js';
import type { HookPoint, Hooks } from '../domain/hooks.js';
import type { LeaseRecord, Mode, Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { Owner, ProcessOwner } from '../domain/owner.js';
import type { PortMode } from '../domain/ports.js';
import { ON_UNHEALTHY, type OnUnhealthy } from '../domain/recovery.js';
import { type ResourceOptions, type Resources, recommendedWaits } from '../domain/resources.js';
import { suggest } from '../domain/suggest.js';
import { type ReadyState, timelineOf } from '../domain/timeline.js';
import type { Waits } from '../domain/wait.js';
import type { Engine } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import { admitted, type QueueOptions } from './admit.js';
import { type BroughtUp, bringUp } from './bring-up.js';
import { contentOf } from './build/identify.js';
import { buildOptions } from './build/options.js';
import { baseOf, type Claimed } from './claim.js';
import type { Config } from './config.js';
import type { Context } from './context.js';
import { DEFAULT_WAIT_TIMEOUT } from './deadline.js';
import { addressesOf } from './env.js';
import { failedStart } from './failed-start.js';
import { atPoint, atPointCalmly, checkHooks, type HookTask, keepHooks } from './hooks.js';
import { Journal } from './journal.js';
import { thisSession } from './machine.js';
import { ownerHere } from './owner-life.js';
import { reachEngine } from './reach-engine.js';
import { release } from './release.js';
import { keepRenewing } from './renewal.js';
import { modelOf } from './resolve.js';
import { resourcesOf } from './resources.js';
import { joinShared, type SharedUse, sharedKey, sharedUse } from './shared.js';
import { type SpecOptions, specAndModel } from './spec.js';
import { Steps } from './steps.js';
import { sweep } from './sweep.js';
import { ensureWatchdog } from './watchdog.js';

/** What an environment is asked for with. Times are milliseconds. */
export interface AcquireOptions extends SpecOptions, QueueOptions, ResourceOptions {
  /** First part of the project name; else COMPOSE_PROJECT_NAME, else the folder's name. */
  readonly name?: string;
  /**
   * `shared`: whoever asks for the same (name, files, decisions) uses the same environment; it stays as long as one of
   * them does. `production`: one's own, of published images where there are any. `dedicated`, one's own, by default.
   */
  readonly mode?: Mode;
  /** How long a shared environment stays after its last use. Not at all by default. */
  readonly keepWarm?: number;
  /** From the creation of the first container until everything is ready; pulls and builds are not counted. 60 000 by default. */
  readonly waitTimeout?: number;
  /**
   * Absent: the lease ends with this process. A number: the environment outlives this process and the lease ends so
   * many milliseconds after it is ready. null: it lasts until it is released.
   */
  readonly ttl?: number | null;
  /** Which numbers published ports get; a leased range by default. */
  readonly portMode?: PortMode;
  /** When a service counts as ready, for those where the standard is not right: `{ worker: { log: 'listening' } }`. */
  readonly waits?: Waits;
  /** Probe more often while services start, then as the file says. True by default. */
  readonly accelerate?: boolean;
  /** On a failed start, leave what is there running for a look: for half an hour, or until it is stopped by name. */
  readonly keepOnFailure?: boolean;
  /**
   * What happens while this process holds the environment and a service that was ready becomes unhealthy or ends:
   * nothing; `report` tells `onProgress` and marks the lease; `restart` also brings it back. `ignore` by default.
   */
  readonly onUnhealthy?: OnUnhealthy;
  /**
   * Starts the engine first where it does not run, with whatever this machine has for that, and never with a password.
   * False by default; else DOCKER_MANUAL_START_ENGINE.
   */
  readonly startEngine?: boolean;
  /** Which of what the file builds is built: `app`, all that has changed, by default. See docs/builds.md. */
  readonly build?: BuildPolicy;
  /** The same in the words of the original: true is `app`, false is `none`. `build` goes first. */
  readonly noCacheAppCode?: boolean;
  /** When images are pulled; by default as the file says of each service, else when they are missing. */
  readonly pull?: PullPolicy;
  /** How the holder is called in `status` and in errors; the running script's name by default. */
  readonly owner?: string;
  /**
   * The project's own commands at points of the life of an environment; they get its variables. One that fails before it
   * is ready fails the acquire; one that fails at its end is only told.
   */
  readonly hooks?: Hooks;
  /** Ends the acquire; what was made is removed first. */
  readonly signal?: AbortSignal;
  /** What a copy may do with things that exist only once; asked for by HAZARD_UNISOLATABLE. */
  readonly decisions?: Decisions;
}

/** A ready environment, as plain data. */
export interface AcquiredEnvironment {
  readonly record: LeaseRecord;
  readonly services: Readonly<Record<string, AcquiredService>>;
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds per step, and `total`. */
  readonly timings: Readonly<Record<string, number>>;
  /** Of a shared environment: what its release gives up. */
  readonly use: SharedUse | undefined;
}

/** One service of an environment: where it is reached, and as what it was found ready. */
export interface AcquiredService extends ServiceAddress {
  readonly state: ReadyState;
}

/** Gives an environment made of the user's files, ready to be used, or throws and leaves nothing behind. */
export async function acquire(context: Context, options: AcquireOptions): Promise<AcquiredEnvironment> {
  checkOnUnhealthy(options);
  checkHooks(options.hooks ?? {});
  buildOptions(options);
  const journal = new Journal(context.config.onProgress);
  const config = { ...context.config, onProgress: journal.onProgress };
  const steps = new Steps(options.signal, config.onProgress);
  const { engine } = await steps.run('engine', () => reachEngine(context, options, steps.signal));
  const store = await steps.run('engine', () => context.store());
  await steps.run('sweep', () => sweep(context, steps.signal));
  const { files, template } = await steps.run('resolve', () => specAndModel(config, engine, options, steps.signal));
  const owner = await ownerHere(engine, options.owner);
  const { mode = 'dedicated', decisions = {}, portMode = 'range', name } = options;
  const resources = await resourcesOf({ config, engine, store, owner, template, mode, signal: steps.signal }, options);
  const base = baseOf({ config, files, name });
  const content = mode === 'shared' ? await contentOf(config, engine, template, steps.signal) : [];
  const key = sharedKey(base, template, decisions, portMode, resources, files.seat, ...content);
  const use = mode === 'shared' ? useOf(key, owner, options) : undefined;
  for (;;) {
    const joined = use && (await steps.run('claim', () => joinShared(context, use, steps.signal)));
    if (joined)
      return { ...environmentOf({ config, engine }, modelOf(template, joined.project), joined, steps.timings()), use };
    const asked = { config, engine, store, files, template, name, mode, owner, decisions, portMode, resources };
    const claimed = await admitted(
      context,
      { ...asked, sharedKey: use?.key ?? null, signal: steps.signal },
      options,
      steps,
    );
    if (claimed) return make(context, { ...asked, ...claimed, options, use, journal, steps });
  }
}

interface Making extends Claimed {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly files: Spec;
  readonly template: ComposeModel;
  readonly decisions: Decisions;
  readonly portMode: PortMode;
  readonly resources: Resources;
  readonly options: AcquireOptions;
  readonly use: SharedUse | undefined;
  readonly journal: Journal;
  readonly steps: Steps;
}

/** From the claimed lease to the ready environment. */
async function make(context: Context, making: Making): Promise<AcquiredEnvironment> {
  const { config, engine, store, lease, template, options, use, journal } = making;
  keepRenewing(context, store);
  if (config.watchdog) ensureWatchdog(config, store);
  const heldBy = finalHolder(lease, options.ttl, config.env);
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
    const { env } = addressesOf(
      model,
      { ...broughtUp.lease, bindings: broughtUp.bindings },
      engine.host,
      config.stateDir,
    );
    await hookStep(making, 'afterReady', { ...hooks, env });
    const environment = handOver(making, broughtUp, heldBy.owner);
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

/** @throws OPTION_INVALID */
function checkOnUnhealthy({ onUnhealthy = 'ignore', portMode }: AcquireOptions): void {
  const ephemeral = onUnhealthy === 'restart' && portMode === 'ephemeral';
  if (ON_UNHEALTHY.includes(onUnhealthy) && !ephemeral) return;
  const reason = ephemeral
    ? '"restart" needs ports that stay, and the engine would choose others: not with portMode "ephemeral"'
    : `"${onUnhealthy}" is none of ${ON_UNHEALTHY.join(', ')}`;
  throw new EnvironmentError('OPTION_INVALID', { option: 'onUnhealthy', reason, command: 'run' });
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

function handOver(making: Making, { lease, model, bindings }: BroughtUp, owner: Owner): AcquiredEnvironment {
  const { store, options, use, steps, journal } = making;
  const timings = steps.timings();
  const timeline = timelineOf(model, journal.begun, journal.marks(), timings);
  const holders = use && options.ttl === undefined ? [use.holder] : [];
  const expiresAt = options.ttl ? Date.now() + options.ttl : null;
  const record = store.ready(lease, { bindings, owner, holders, expiresAt, timeline });
  return environmentOf(making, model, record, timings);
}

function environmentOf(
  { config, engine }: Pick<Making, 'config' | 'engine'>,
  model: ComposeModel,
  record: LeaseRecord,
  timings: Readonly<Record<string, number>>,
): AcquiredEnvironment {
  const { services, env } = addressesOf(model, record, engine.host, config.stateDir);
  const withState = Object.entries(services).map(([name, address]) => {
    return [name, { state: record.timeline?.services[name]?.state ?? 'running', ...address }] as const;
  });
  return { record, services: Object.fromEntries(withState), env, timings, use: undefined };
}

/** @throws OPTION_INVALID: nobody would ever end a shared environment without expiry */
function useOf(key: string, owner: ProcessOwner, { ttl, keepWarm }: AcquireOptions): SharedUse {
  if (ttl !== null) return sharedUse(key, owner, keepWarm ?? ttl ?? null);
  const reason = 'a shared environment needs an end';
  throw new EnvironmentError('OPTION_INVALID', { option: 'ttl', reason, command: 'start' });
}

/** Of a lease that outlives this process, its session. The expiry counts from here; the store's from when it is ready. */
function finalHolder(
  { owner }: LeaseRecord,
  ttl: number | null | undefined,
  env: NodeJS.ProcessEnv,
): Pick<LeaseRecord, 'owner' | 'expiresAt'> {
  if (ttl === undefined) return { owner, expiresAt: null };
  return { owner: thisSession(owner.command, env), expiresAt: ttl === null ? null : Date.now() + ttl };
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
