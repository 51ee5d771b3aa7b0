import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from '../domain/errors.js';
import type { Holder, LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
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
}

/** Two asks are for the same environment when everything that it is made of is the same. */
export function sharedKey(name: string, template: ComposeModel, ...more: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([name, template, ...more]))
    .digest('hex');
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
    const lease = store.shared.join(use.key, use.holder, expiryOf(use), lifeOf);
    if (lease) return (await isIntact(context, lease, use, signal)) ? lease : undefined;
    const found = store.shared.find(use.key);
    if (!found) return undefined;
    const cause = await overBecause(context, found);
    if (cause !== undefined) {
      await collect(context, { lease: found, cause });
      continue;
    }
    if (!told) {
      const { project, owner } = found;
      context.config.onProgress({ type: 'waiting', project, reason: `${describeOwner(owner)} is starting it` });
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

/** Whether the ports still lead to its containers. One that nobody else uses is removed when they do not. */
async function isIntact(context: Context, lease: LeaseRecord, use: SharedUse, signal: AbortSignal): Promise<boolean> {
  try {
    const containers = await verified(context, lease, signal);
    const running = new Set(containers.filter((c) => c.status === 'running').map((c) => c.service));
    const stopped = Object.entries(lease.timeline?.services ?? {}).find(
      ([name, { state }]) => state !== 'completed' && !running.has(name),
    );
    if (stopped) {
      const params = { service: stopped[0], reason: 'does not run any more', evidence: '' };
      throw new EnvironmentError('SERVICE_FAILED', params);
    }
    return true;
  } catch (error) {
    const store = await context.store();
    const left = store.shared.leave(lease.id, use.holder.token, null);
    if (!(error instanceof EnvironmentError) || !left) throw error;
    if (left.holders.length > 0) {
      throw new EnvironmentError(
        'ENVIRONMENT_BROKEN',
        {
          project: lease.project,
          reason: error.message,
          users: left.holders.map((h) => describeOwner(h.process)).join(', '),
        },
        { cause: error },
      );
    }
    await collect(context, { lease: left, cause: `it is broken: ${error.message}` });
    return false;
  }
}
