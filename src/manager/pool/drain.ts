import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../../domain/errors.js';
import type { LeaseRecord } from '../../domain/lease.js';
import { isStock } from '../../domain/pool.js';
import type { LeaseStore } from '../../store/lease-store.js';
import type { Context } from '../context.js';
import { lifeOf } from '../machine.js';
import type { Removal } from '../stop.js';
import { releaseStock } from './release-stock.js';

/** What a filler takes to end what it has begun, on a busy machine. Milliseconds. */
const FILLERS_END = 20_000;
const LOOK_EVERY = 50;

/** Which pools are meant; all by default. */
export interface PoolDrainOptions {
  /** Only the pools of these compose files; relative to `cwd`. All by default. */
  readonly files?: readonly string[];
  /** Only the pool with this key, or with one that begins so. */
  readonly key?: string;
  readonly cwd?: string;
}

/**
 * Ends pools: nothing is filled in any more, and what stood ready is released. Environments that were handed over stay.
 *
 * @throws LEASE_NOT_FOUND for a key that there is not
 */
export async function poolDrain(context: Context, { files, key, cwd }: PoolDrainOptions): Promise<Removal> {
  const store = await context.store();
  const wanted = files?.map((file) => resolve(cwd ?? process.cwd(), file));
  const pools = store.pools
    .list()
    .filter((pool) => key === undefined || pool.key.startsWith(key))
    .filter((pool) => wanted === undefined || wanted.every((file) => pool.files.includes(file)));
  if (key !== undefined && pools.length === 0)
    throw new EnvironmentError('LEASE_NOT_FOUND', { name: `of a pool "${key}"`, suggestion: '' });
  return endPools(context, 'the pool was drained', new Set(pools.map((pool) => pool.key)));
}

/**
 * Forgets pools, all by default, and releases what stands ready in them, or was to.
 */
export async function endPools(context: Context, cause: string, only?: ReadonlySet<string>): Promise<Removal> {
  const store = await context.store();
  for (const { key } of store.pools.list()) if (only?.has(key) ?? true) store.pools.end(key);
  await fillersGone(store, only);
  const stock = store.list().filter((lease) => isStock(lease) && (only?.has(lease.pool?.key ?? '') ?? true));
  const entries = await Promise.all(stock.map((lease) => releaseStock(context, lease, cause)));
  return { removed: entries.flatMap((each) => each.removed), kept: entries.flatMap((each) => each.kept) };
}

/** Who is just making one sees that its pool has ended, and takes it away itself; two at that would be in each other's way. */
async function fillersGone(store: LeaseStore, only: ReadonlySet<string> | undefined): Promise<void> {
  const until = performance.now() + FILLERS_END;
  const isMade = ({ pool, owner }: LeaseRecord) =>
    pool?.state === 'filling' && (only?.has(pool.key) ?? true) && owner.kind === 'process' && lifeOf(owner) === 'alive';
  while (performance.now() < until && store.list().some(isMade)) await sleep(LOOK_EVERY);
}
