import type { LeaseRecord } from '../domain/lease.js';
import type { Context } from './context.js';
import { restoreLost } from './reconcile.js';

/** How leases that the store has lost are looked for. */
export interface RecoverOptions {
  readonly signal?: AbortSignal;
}

/** What a recover did. */
export interface Recovered {
  /** Leases that the store had lost, oldest first. Those whose owner has died are removed by the next clean. */
  readonly restored: readonly LeaseRecord[];
}

/** Writes the leases that a lost or damaged store does not know any more into it again, from the labels of their objects. */
export async function recover(context: Context, options: RecoverOptions): Promise<Recovered> {
  const signal = options.signal ?? new AbortController().signal;
  const engine = await context.engine();
  await engine.ping(signal);
  const findings = await restoreLost(context, signal);
  (await context.store()).completed();
  const restored = findings.map(({ lease }) => lease).sort((a, b) => a.createdAt - b.createdAt);
  return { restored };
}
