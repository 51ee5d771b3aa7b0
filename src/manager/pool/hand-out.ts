import { createHash } from 'node:crypto';
import { EnvironmentError } from '../../domain/errors.js';
import { changes } from '../../domain/identity.js';
import { LABEL } from '../../domain/labels.js';
import type { LeaseRecord, Spec } from '../../domain/lease.js';
import type { ComposeModel } from '../../domain/model.js';
import { notWithPool, type PoolPlace, type PoolSize, poolSize, unfit } from '../../domain/pool.js';
import { checkRecovery } from '../../domain/recovery.js';
import type { Engine } from '../../engine/engine.js';
import type { LeaseStore } from '../../store/lease-store.js';
import type { AcquireOptions } from '../acquire-options.js';
import { buildOptions } from '../build/options.js';
import type { Config } from '../config.js';
import type { Context } from '../context.js';
import { DEFAULT_WAIT_TIMEOUT } from '../deadline.js';
import type { AcquiredEnvironment } from '../handed-over.js';
import { environmentOf, finalHolder } from '../handed-over.js';
import { ownerHere } from '../owner-life.js';
import { keepRenewing } from '../renewal.js';
import { modelOf } from '../resolve.js';
import { baseName, specAndModel } from '../spec.js';
import { Steps } from '../steps.js';
import { ensureWatchdog } from '../watchdog.js';
import { type PoolKey, poolKey } from './pool-key.js';
import { sealRecipe } from './recipe.js';

/** What a pool has to say to an acquire. */
export interface FromPool {
  readonly environment?: AcquiredEnvironment;
  /** Where none was ready: the place in the pool that the one has which is made now. */
  readonly place?: PoolPlace;
}

/** One acquire that may be served from a pool. */
interface Asking {
  readonly context: Context;
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly options: AcquireOptions;
  readonly files: Spec;
  readonly template: ComposeModel;
  readonly steps: Steps;
}

/**
 * A ready environment of the pool that these options are served from, verified by one call to the engine, which is the
 * only one. Whether one is there or not, the pool is filled from here on, for as long as it is used.
 *
 * Leftovers of dead owners are not swept here: the watchdog does that, and where none is to be had the cold start.
 *
 * @throws OPTION_INVALID where the options contradict a pool
 */
export async function fromPool(context: Context, options: AcquireOptions): Promise<FromPool> {
  const size = checkedSize(options);
  if (!size) return {};
  await checkOthers(options);
  const { config } = context;
  const steps = new Steps(options.signal, config.onProgress);
  const [engine, store] = await steps.run('engine', () => Promise.all([context.engine(), context.store()]));
  const { files, template } = await steps.run('resolve', () => specAndModel(config, engine, options, steps.signal));
  const asking = { context, config, engine, store, options, files, template, steps };
  const known = await poolKey({ ...asking, signal: steps.signal });
  if ('why' in known) {
    config.onProgress({ type: 'notice', text: `not from a pool: ${known.why}` });
    return {};
  }
  const environment = await taken(asking, known, size);
  return environment ? { environment } : { place: { key: known.key, state: 'used' } };
}

/** Undefined where no pool is asked for. @throws OPTION_INVALID */
export function checkedSize(options: AcquireOptions): PoolSize | undefined {
  const size = poolSize(options.pool);
  const reason = typeof size === 'string' ? size : size && notWithPool(options);
  if (reason === undefined) return size as PoolSize | undefined;
  throw new EnvironmentError('OPTION_INVALID', { option: 'pool', reason, command: 'start' });
}

/** Also where one is ready, so that a mistake shows every time. @throws OPTION_INVALID */
async function checkOthers(options: AcquireOptions): Promise<void> {
  checkRecovery(options);
  buildOptions(options);
  if (options.hooks) (await import('../hooks.js')).checkHooks(options.hooks);
}

type Known = Exclude<PoolKey, { readonly why: string }>;

/**
 * Begins to fill a pool, or goes on with it. Where somebody with the same variables has asked the same before, the files
 * have changed since: that pool ends.
 */
export async function register(
  asking: Omit<Asking, 'context' | 'steps'>,
  { key, question }: Known,
  size: PoolSize,
): Promise<void> {
  const { config, engine, store, options, files } = asking;
  const { endpoint, environment } = engine;
  const { recipe, variables } = await sealRecipe(config, options, files);
  store.pools.add({
    key,
    question: createHash('sha256').update(question).update(JSON.stringify(variables)).digest('hex'),
    ...size,
    name: baseName(options.name, files, config.env),
    engine: { endpoint, environment },
    files: files.files,
    recipe,
  });
}

/** The first that is as it was when it was ready; others are left to the watchdog. */
async function taken(asking: Asking, known: Known, size: PoolSize): Promise<AcquiredEnvironment | undefined> {
  const { context, config, engine, store, options, steps } = asking;
  const { key } = known;
  const owner = await ownerHere(engine, options.owner);
  const holder = finalHolder({ owner }, options.ttl, config.env);
  for (;;) {
    const { lease, known: isFilled } = await steps.run('claim', () => store.pools.take({ key, ...size, ...holder }));
    if (!isFilled) await register(asking, known, size);
    if (config.watchdog) ensureWatchdog(config, store);
    if (!lease) return undefined;
    const model = modelOf(asking.template, lease.project);
    const verified = steps.run('verify', () => notAsItWas(engine, lease, model, steps.signal));
    // While the engine thinks about it.
    const [why, environment] = await Promise.all([verified, environmentOf(asking, model, lease, {})]).catch((error) => {
      // Not known to be as it was: nobody gets it.
      store.transition(lease, 'expired', { cause: String(error) });
      throw error;
    });
    if (why === undefined) {
      keepRenewing(context, store);
      return given(asking, environment);
    }
    config.onProgress({ type: 'notice', text: `${lease.project} is not handed over: ${why}` });
    store.transition(lease, 'expired', { cause: why });
  }
}

async function notAsItWas(
  engine: Engine,
  lease: LeaseRecord,
  model: ComposeModel,
  signal: AbortSignal,
): Promise<string | undefined> {
  const containers = await engine.containers({ [LABEL.lease]: lease.id }, signal);
  const states = lease.timeline?.services ?? {};
  const completed = new Set(Object.keys(states).filter((name) => states[name]?.state === 'completed'));
  return unfit(model, states, containers) ?? changes(lease.bindings, containers, completed)[0];
}

async function given(asking: Asking, environment: AcquiredEnvironment): Promise<AcquiredEnvironment> {
  const { config, steps, options } = asking;
  const { record, services } = environment;
  config.onProgress({
    type: 'claimed',
    project: record.project,
    services: Object.keys(services),
    ports: record.ports,
  });
  if (options.hooks?.afterReady !== undefined) await steps.run('hook', () => afterReady(asking, environment));
  const timings = steps.timings();
  config.onProgress({ type: 'ready', project: record.project, afterMs: timings.total ?? 0 });
  return { ...environment, timings };
}

/** The project's own command, for whoever gets the environment. When it fails, nothing is left, as after a start. */
async function afterReady(asking: Asking, { record, env }: AcquiredEnvironment): Promise<void> {
  const { context, options, steps } = asking;
  const { atPoint, atPointCalmly } = await import('../hooks.js');
  const task = { context, lease: record, hooks: options.hooks ?? {}, env, signal: steps.signal };
  try {
    await atPoint('afterReady', task, options.waitTimeout ?? DEFAULT_WAIT_TIMEOUT);
  } catch (error) {
    const failed = error instanceof EnvironmentError && error.code !== 'ABORTED';
    if (failed) await atPointCalmly('onFailure', { ...task, env: { ...env, DM_ERROR: error.code } });
    await (await import('../release.js')).release(context, record.id, 'the start failed');
    throw error;
  }
}
