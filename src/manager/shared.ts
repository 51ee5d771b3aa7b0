import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../domain/errors.js';
import type { Holder, LeaseRecord } from '../domain/lease.js';
import { describeOwner, type ProcessOwner } from '../domain/owner.js';
import { verified } from './check.js';
import type { Context } from './context.js';
import { lifeOf } from './machine.js';
import { overBecause } from './owner-life.js';
import { collect } from './sweep.js';

/** While another process makes the environment that is asked for. Milliseconds. */
const LOOK_EVERY = 100;

/** A use of a shared environment, and how long the environment stays after the last one. Milliseconds. */
export interface SharedUse {
  readonly key: string;
  readonly holder: Holder;
  readonly keepFor: number | null;
  /** What the first user after others have left does before it is his; the environment is made anew where that fails. */
  readonly onHandOver?: (lease: LeaseRecord) => Promise<void>;
}

export function sharedUse(key: string, process: ProcessOwner, keepFor: number | null): SharedUse {
  return { key, keepFor, holder: { token: randomBytes(8).toString('hex'), process } };
}

/**
 * The ready environment of that key, with one user more; undefined when there is none. While somebody makes it, this
 * waits; whoever dies over the making is swept away, and then there is none.
 *
 * @throws ENVIRONMENT_BROKEN when others use it and it is not what it was
 */
export async function joinShared(
  context: Context,
  use: SharedUse,
  signal: AbortSignal,
): Promise<LeaseRecord | undefined> {
  const store = await context.store();
  for (let told = false; ; ) {
    const holder = use.onHandOver ? { ...use.holder, preparing: true as const } : use.holder;
    const lease = store.shared.join(use.key, holder, expiryOf(use), lifeOf);
    if (lease) return handedOver(context, lease, use, signal);
    const found = store.shared.find(use.key);
    if (!found) return undefined;
    const cause = await overBecause(context, found);
    if (cause !== undefined) {
      await collect(context, { lease: found, cause });
      continue;
    }
    if (!told) {
      const { project, owner } = found;
      const preparing = found.holders.find((each) => each.preparing);
      const what = preparing
        ? `${describeOwner(preparing.process)} resets its data`
        : `${describeOwner(owner)} is starting it`;
      context.config.onProgress({ type: 'waiting', project, reason: what });
      told = true;
    }
    await sleep(LOOK_EVERY, undefined, { signal });
  }
}

/** One user less; the last one takes the environment along, unless it is to be kept for a while. */
export async function leaveShared(context: Context, lease: LeaseRecord, use: SharedUse): Promise<void> {
  const store = await context.store();
  const left = store.shared.leave(lease.id, use.holder.token, expiryOf(use));
  if (!left) return;
  const cause = await overBecause(context, left);
  if (cause !== undefined) await collect(context, { lease: left, cause });
}

/** From now on, because what counts is the last time that somebody came or went. */
function expiryOf({ keepFor }: SharedUse): number | null {
  return keepFor === null ? null : Date.now() + keepFor;
}

/**
 * The environment when its ports still lead to its containers and it is prepared for who has joined it; one that nobody
 * else uses is removed when that is not so.
 */
async function handedOver(
  context: Context,
  lease: LeaseRecord,
  use: SharedUse,
  signal: AbortSignal,
): Promise<LeaseRecord | undefined> {
  try {
    const settled = await afterChanges(context, lease, signal);
    await assertIntact(context, settled, signal);
    if (!settled.holders.some(({ token, preparing }) => token === use.holder.token && preparing)) return settled;
    await use.onHandOver?.(settled);
    return (await context.store()).shared.prepared(settled.id, use.holder.token) ?? settled;
  } catch (error) {
    await giveBack(context, lease, use, error);
    return undefined;
  }
}

/** Somebody may be changing it, or have died over that: what is handed over is one edition or the other. */
async function afterChanges(context: Context, lease: LeaseRecord, signal: AbortSignal): Promise<LeaseRecord> {
  const { isBeingChanged } = await import('./update/edition.js');
  if (!isBeingChanged({ config: context.config, record: lease })) return lease;
  const { changing } = await import('./update/changing.js');
  await changing(context, { name: lease.id, signal }, async () => {});
  return (await context.store()).find(lease.id) ?? lease;
}

async function assertIntact(context: Context, lease: LeaseRecord, signal: AbortSignal): Promise<void> {
  const containers = await verified(context, lease, signal);
  const running = new Set(containers.filter((c) => c.status === 'running').map((c) => c.service));
  const stopped = Object.entries(lease.timeline?.services ?? {}).find(
    ([name, { state }]) => state !== 'completed' && !running.has(name),
  );
  if (!stopped) return;
  throw new EnvironmentError('SERVICE_FAILED', {
    service: stopped[0],
    reason: 'does not run any more',
    evidence: '',
  });
}

/** @throws ENVIRONMENT_BROKEN when others use it, and what is no fault of the environment */
async function giveBack(context: Context, lease: LeaseRecord, use: SharedUse, error: unknown): Promise<void> {
  const store = await context.store();
  const left = store.shared.leave(lease.id, use.holder.token, null);
  if (!(error instanceof EnvironmentError) || error.code === 'ABORTED' || !left) throw error;
  if (left.holders.length > 0) {
    const users = left.holders.map((h) => describeOwner(h.process)).join(', ');
    const params = { project: lease.project, reason: error.message, users };
    throw new EnvironmentError('ENVIRONMENT_BROKEN', params, { cause: error });
  }
  await collect(context, { lease: left, cause: `it is broken: ${error.message}` });
}
