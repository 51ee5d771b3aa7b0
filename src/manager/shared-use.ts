import { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { ProcessOwner } from '../domain/owner.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { AcquireOptions } from './acquire-options.js';
import type { Context } from './context.js';
import type { ResetOptions } from './reset.js';
import { type SharedUse, sharedUse } from './shared.js';
import type { Steps } from './steps.js';

interface Preparing {
  readonly use: SharedUse | undefined;
  readonly steps: Steps;
  readonly options: AcquireOptions;
  readonly store: LeaseStore;
}

/** What later users get back to, before anybody writes. @throws RESET_UNSUPPORTED where nothing can be reset */
export async function firstSnapshot(
  context: Context,
  { id }: LeaseRecord,
  model: ComposeModel,
  { use, steps, options, store }: Preparing,
): Promise<void> {
  if (!use?.onHandOver) return;
  const [{ snapshot }, { planReset }] = await Promise.all([
    import('./snapshot.js'),
    import('../domain/resets/plan.js'),
  ]);
  planReset(model, resetOf(options));
  await steps.run('hook', () =>
    snapshot(context, { name: id, signal: steps.signal }).catch((error) => {
      // What is only ever emptied has none.
      if (!(error instanceof EnvironmentError && error.code === 'RESET_UNSUPPORTED')) throw error;
    }),
  );
  store.shared.prepared(id, use.holder.token);
}

/**
 * A use of the shared environment of that key.
 *
 * @throws OPTION_INVALID: nobody would ever end a shared environment without expiry
 */
export function useOf(context: Context, key: string, owner: ProcessOwner, options: AcquireOptions): SharedUse {
  const { ttl, keepWarm, resetOnJoin } = options;
  if (ttl !== null) {
    const use = sharedUse(key, owner, keepWarm ?? ttl ?? null);
    return resetOnJoin ? { ...use, onHandOver: (lease) => resetFor(context, lease, options) } : use;
  }
  const reason = 'a shared environment needs an end';
  throw new EnvironmentError('OPTION_INVALID', { option: 'ttl', reason, command: 'start' });
}

async function resetFor(context: Context, { id }: LeaseRecord, options: AcquireOptions): Promise<void> {
  const { signal } = options;
  const { reset } = await import('./reset.js');
  await reset(context, { ...resetOf(options), name: id, ...(signal ? { signal } : {}) });
}

function resetOf({ resetOnJoin }: AcquireOptions): Pick<ResetOptions, 'services' | 'commands'> {
  return typeof resetOnJoin === 'object' ? resetOnJoin : {};
}
