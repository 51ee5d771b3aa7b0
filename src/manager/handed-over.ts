import type { ServiceAddress } from '../domain/addresses.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { ReadyState } from '../domain/timeline.js';
import type { Engine } from '../engine/engine.js';
import type { Config } from './config.js';
import { addressesOf } from './env.js';
import { thisSession } from './machine.js';
import type { SharedUse } from './shared.js';

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

/** A ready lease as what an acquire gives. */
export async function environmentOf(
  { config, engine }: { readonly config: Config; readonly engine: Engine },
  model: ComposeModel,
  record: LeaseRecord,
  timings: Readonly<Record<string, number>>,
): Promise<AcquiredEnvironment> {
  const { services, env } = await addressesOf(model, record, engine.host, config.stateDir);
  const withState = Object.entries(services).map(([name, address]) => {
    return [name, { state: record.timeline?.services[name]?.state ?? 'running', ...address }] as const;
  });
  return { record, services: Object.fromEntries(withState), env, timings, use: undefined };
}

/** Of a lease that outlives this process, its session. The expiry counts from here; the store's from when it is ready. */
export function finalHolder(
  { owner }: Pick<LeaseRecord, 'owner'>,
  ttl: number | null | undefined,
  env: NodeJS.ProcessEnv,
): Pick<LeaseRecord, 'owner' | 'expiresAt'> {
  if (ttl === undefined) return { owner, expiresAt: null };
  return { owner: thisSession(owner.command, env), expiresAt: ttl === null ? null : Date.now() + ttl };
}
