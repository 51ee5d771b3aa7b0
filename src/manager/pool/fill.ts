import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../domain/errors.js';
import type { LeaseRecord } from '../../domain/lease.js';
import type { ComposeModel } from '../../domain/model.js';
import { missing, type PoolPlace, pauseAfter } from '../../domain/pool.js';
import { isSecretName, maskerFor } from '../../domain/secrets.js';
import type { LeaseStore } from '../../store/lease-store.js';
import type { Pool } from '../../store/pools.js';
import type { AcquireOptions } from '../acquire-options.js';
import { type Context, createContext } from '../context.js';
import type { AcquiredEnvironment } from '../handed-over.js';
import { specAndModel } from '../spec.js';
import { ensureWatchdog } from '../watchdog.js';
import { checkedSize, register } from './hand-out.js';
import { poolKey } from './pool-key.js';
import { openRecipe, type Recipe } from './recipe.js';
import { type PoolStatus, poolStatus } from './status.js';
import { warmUp } from './warm-up.js';

/** What `acquire` takes; it is what the environments are made with. */
export interface PoolFillOptions extends AcquireOptions {
  /** The pool that is meant, by its key, whose recipe is known: as the watchdog fills it. */
  readonly key?: string;
}

/** Makes one environment for the pool; undefined when it wants none any more. */
export type Filler = (
  context: Context,
  options: AcquireOptions,
  filling: Filling,
) => Promise<AcquiredEnvironment | undefined>;

/** On what terms an environment is made that nobody has asked for yet. */
export interface Filling {
  readonly place: PoolPlace;
  /** Called when it is ready and before anybody can take it. @throws when it must not be handed over */
  readonly confirm: (lease: LeaseRecord, model: ComposeModel, signal: AbortSignal) => Promise<void>;
}

/** While another process fills in what is missing. Milliseconds. */
const LOOK_EVERY = 100;
/** Whether the pool that is filled has ended meanwhile. Milliseconds. */
const ENDED_LOOK = 250;
/** Behind everybody who waits for room, whatever they have said. */
const LAST = Number.MIN_SAFE_INTEGER;
/** Before the next look when there was no room for one more. Milliseconds. */
const NO_ROOM_PAUSE = 30_000;
/** There may be room later, or somebody else has what is needed: no fault of the environment. */
const LATER: readonly string[] = ['MEMORY_FULL', 'ABORTED', 'PORTS_EXHAUSTED', 'SUBNETS_EXHAUSTED'];
/** Of `os.setPriority`: whoever acquires goes first, and a busy machine still fills. */
const LOW = 10;

/**
 * Makes a pool for these options and fills it; with `key`, one that is known already, in the background. One environment
 * after the other, so that whoever acquires meanwhile has most of the machine.
 *
 * @throws OPTION_INVALID, and what a start throws; in the background that is written down with the pool instead
 */
export async function poolFill(
  context: Context,
  { key, ...options }: PoolFillOptions,
  make: Filler,
): Promise<PoolStatus[]> {
  if (key !== undefined) return fillKnown(context, key, make);
  const asked = { ...options, pool: options.pool ?? true };
  const { config } = context;
  const signal = options.signal ?? new AbortController().signal;
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  const { files, template } = await specAndModel(config, engine, asked, signal);
  const size = checkedSize(asked);
  const about = { config, engine, store, options: asked, files, template };
  const known = await poolKey({ ...about, signal });
  if ('why' in known || !size) {
    const reason = 'why' in known ? known.why : 'there is none';
    throw new EnvironmentError('OPTION_INVALID', { option: 'pool', reason, command: 'pool' });
  }
  await register(about, known, size);
  if (config.watchdog) ensureWatchdog(config, store);
  // Also the watchdog fills it from now on.
  while (store.pools.counts(known.key).warm < size.min && store.pools.find(known.key)) {
    if (store.pools.isShort(known.key)) await make(context, asked, filling(context, asked, known.key));
    else if (store.pools.counts(known.key).filling === 0) break;
    else await sleep(LOOK_EVERY, undefined, { signal });
  }
  return (await poolStatus(context)).filter((pool) => pool.key === known.key);
}

/** Never throws for what is wrong with the environment: whoever started this process looks into the store. */
async function fillKnown(context: Context, key: string, make: Filler): Promise<PoolStatus[]> {
  setPriority(LOW);
  const store = await context.store();
  for (let pool = store.pools.find(key); pool && isShort(store, pool); pool = store.pools.find(key)) {
    if (store.queue.list(pool.engine.endpoint).length > 0) break;
    try {
      if (!(await fillOne(context, pool, make))) break;
    } catch (error) {
      noteFailure(store, pool, maskedText(error, openRecipe(context.config, pool.recipe)), isForLater(error));
      break;
    }
  }
  return poolStatus(context);
}

function noteFailure(store: LeaseStore, { key, failures }: Pool, text: string, later: boolean): void {
  if (later) store.pools.failed(key, text, NO_ROOM_PAUSE, 0);
  else store.pools.failed(key, text, pauseAfter(failures + 1));
}

function isForLater(error: unknown): boolean {
  return error instanceof EnvironmentError && LATER.includes(error.code);
}

/** It goes into the database: Compose quotes what it does not like. */
function maskedText(error: unknown, recipe: Recipe | undefined): string {
  const secrets = Object.entries(recipe?.variables ?? {}).flatMap(([name, value]) => (isSecretName(name) ? value : []));
  const text = error instanceof Error ? error.message : String(error);
  return maskerFor({ name: '', services: {} }, secrets).text(text);
}

function isShort(store: LeaseStore, pool: Pool): boolean {
  return missing(pool, store.pools.counts(pool.key), Date.now()) > 0;
}

/** With the asker's variables and settings, as if it had asked once more. */
async function fillOne(outer: Context, pool: Pool, make: Filler): Promise<unknown> {
  const recipe = openRecipe(outer.config, pool.recipe);
  if (!recipe) throw new Error('its recipe cannot be opened any more; the next acquire writes it anew');
  const env = { ...outer.config.env, ...recipe.variables };
  const config = { ...outer.config, ...recipe.config, env };
  const context = createContext(config);
  const options = { ...recipe.options, priority: LAST, onFull: 'fail' as const, owner: 'docker-manual pool' };
  const ended = new AbortController();
  const store = await outer.store();
  const look = setInterval(
    () => store.pools.find(pool.key) ?? ended.abort(new Error('the pool has ended')),
    ENDED_LOOK,
  );
  try {
    const terms = filling(context, options, pool.key);
    await assertSame(context, options, pool.key, pool.name);
    return await make(context, { ...options, signal: ended.signal }, terms);
  } finally {
    clearInterval(look);
    await context.close();
  }
}

function filling(context: Context, options: AcquireOptions, key: string): Filling {
  return {
    place: { key, state: 'filling' },
    confirm: async (lease, model, signal) => {
      await warmUp(await context.engine(), lease, model, signal);
      await assertSame(context, options, key, lease.project);
    },
  };
}

/**
 * What the environment is made of has not changed since somebody asked for it. Looked at before it is made, and again when
 * it is ready: in between its services have read their files.
 *
 * @throws ENVIRONMENT_CHANGED
 */
async function assertSame(context: Context, options: AcquireOptions, key: string, project: string): Promise<void> {
  const { config } = context;
  const { signal } = new AbortController();
  const engine = await context.engine();
  const { files, template } = await specAndModel(config, engine, options, signal);
  const now = await poolKey({ config, engine, options, files, template, signal });
  if ('key' in now && now.key === key) return;
  const what = 'why' in now ? now.why : 'its files or variables are not what they were when it was asked for';
  throw new EnvironmentError('ENVIRONMENT_CHANGED', { project, what });
}
