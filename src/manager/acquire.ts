import type { ServiceAddress } from '../domain/addresses.js';
import { publishedPorts } from '../domain/bindings.js';
import type { Decisions } from '../domain/decisions.js';
import { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord, Mode, Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import { demandsOf, unisolatable } from '../domain/plan.js';
import type { PortMode } from '../domain/ports.js';
import { projectBase } from '../domain/project-name.js';
import { ON_UNHEALTHY, type OnUnhealthy } from '../domain/recovery.js';
import { suggest } from '../domain/suggest.js';
import { timelineOf } from '../domain/timeline.js';
import type { Waits } from '../domain/wait.js';
import type { Engine } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import { type BroughtUp, bringUp } from './bring-up.js';
import { type FileOptions, findSpec, folderName } from './compose-files.js';
import type { Context } from './context.js';
import { DEFAULT_WAIT_TIMEOUT } from './deadline.js';
import { addressesOf } from './env.js';
import { failedStart } from './failed-start.js';
import { hostFacts } from './host-facts.js';
import { Journal } from './journal.js';
import { locate } from './locate.js';
import { ephemeralPorts, thisProcess, thisSession } from './machine.js';
import { subnetRequest } from './networks.js';
import { release } from './release.js';
import { modelOf, resolveModel } from './resolve.js';
import { Steps } from './steps.js';
import { sweep } from './sweep.js';

/** What an environment is asked for with. Times are milliseconds. */
export interface AcquireOptions extends FileOptions {
  /** First part of the project name; else COMPOSE_PROJECT_NAME, else the folder's name. */
  readonly name?: string;
  readonly mode?: Mode;
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
  /** How the holder is called in `status` and in errors; the running script's name by default. */
  readonly owner?: string;
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
}

export interface AcquiredService extends ServiceAddress {
  readonly state: 'healthy' | 'running' | 'completed';
}

/** Gives one more environment made of the user's files, ready to be used, or throws and leaves nothing behind. */
export async function acquire(context: Context, options: AcquireOptions): Promise<AcquiredEnvironment> {
  checkOnUnhealthy(options);
  const journal = new Journal(context.config.onProgress);
  const config = { ...context.config, onProgress: journal.onProgress };
  const steps = new Steps(options.signal, config.onProgress);
  const { engine, store } = await steps.run('engine', () => connect(context, steps.signal));
  await steps.run('sweep', () => sweep(context));
  const { files, template } = await steps.run('resolve', async () => {
    const found = findSpec(options, config.env);
    return { files: found, template: await resolveModel(config, engine, found, steps.signal) };
  });
  const decisions = options.decisions ?? {};
  const portMode = options.portMode ?? 'range';
  const { facts, lease } = await steps.run('claim', async () => {
    const known = await hostFacts(engine, template, files.directory, steps.signal);
    const subnets = await subnetRequest(config, engine, template, false, steps.signal);
    const demands = demandsOf(template, decisions, known, portMode);
    if (demands.open.length > 0) throw unisolatable(locate(demands.open, files));
    const request = {
      ...claimOf(context, options, files),
      ports: demands.ports,
      avoid: [...publishedPorts(template), ...config.excludePorts],
      exclusive: demands.exclusive,
      subnets,
    };
    return { facts: known, lease: store.claim(request) };
  });
  try {
    const model = modelOf(template, lease.project);
    const waitTimeout = options.waitTimeout ?? DEFAULT_WAIT_TIMEOUT;
    const accelerate = options.accelerate !== false;
    const waits = waitsFor(model, options.waits ?? {});
    const task = {
      config,
      engine,
      store,
      steps,
      files,
      model,
      decisions,
      facts,
      portMode,
      onEvent: journal.onEvent,
      waits,
      waitTimeout,
      accelerate,
    };
    const environment = handOver(engine, store, await bringUp(task, lease), options.ttl, steps, journal);
    config.onProgress({ type: 'ready', project: lease.project, afterMs: environment.timings.total ?? 0 });
    return environment;
  } catch (error) {
    const keep = options.keepOnFailure === true;
    const model = modelOf(template, lease.project);
    const failure = await failedStart({ config, engine, store, lease, model, journal: journal.entries, keep }, error);
    if (failure.teardown) await undo(context, lease);
    throw failure.error;
  }
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

async function connect(context: Context, signal: AbortSignal): Promise<{ engine: Engine; store: LeaseStore }> {
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  await engine.ping(signal);
  return { engine, store };
}

function claimOf({ config }: Context, options: AcquireOptions, files: Spec) {
  return {
    base: projectBase(options.name ?? (config.env.COMPOSE_PROJECT_NAME || folderName(files))),
    mode: options.mode ?? 'dedicated',
    owner: thisProcess(options.owner),
    expiresAt: null,
    spec: files,
    range: config.ports,
    ephemeral: ephemeralPorts(),
  };
}

function handOver(
  engine: Engine,
  store: LeaseStore,
  { lease, model, bindings, verdicts }: BroughtUp,
  ttl: number | null | undefined,
  steps: Steps,
  journal: Journal,
): AcquiredEnvironment {
  const owner = ttl === undefined ? lease.owner : thisSession(lease.owner.command);
  const timings = steps.timings();
  const timeline = timelineOf(model, journal.begun, journal.marks(), timings);
  const record = store.ready(lease, { bindings, owner, expiresAt: ttl ? Date.now() + ttl : null, timeline });
  const addresses = addressesOf(model, record, engine.host);
  const services = Object.entries(addresses.services).map(([name, address]) => {
    const state = (verdicts.get(name)?.state ?? 'running') as AcquiredService['state'];
    return [name, { state, ...address }] as const;
  });
  return {
    record,
    services: Object.fromEntries(services),
    env: addresses.env,
    timings,
  };
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
