import type { ContainerStats } from '../engine/engine.js';
import type { Context } from './context.js';
import { type WhichEnvironment, withEnvironment } from './leased.js';
import { containersOf, shortName } from './services.js';

/** Whose use is measured. */
export interface StatsOptions extends WhichEnvironment {
  readonly services?: readonly string[];
  readonly signal?: AbortSignal;
}

/** What the containers of an environment use. */
export interface Stats {
  readonly project: string;
  /** Service, or "web-2" of several → what it uses; null while it does not run. */
  readonly usage: Readonly<Record<string, ContainerStats | null>>;
}

/**
 * What the containers of an environment use now. Takes the second that a rate needs.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, OPTION_INVALID for an unknown service
 */
export function stats(context: Context, options: StatsOptions): Promise<Stats> {
  return withEnvironment(context, options, async (there, record) => {
    const engine = await there.engine();
    const signal = options.signal ?? new AbortController().signal;
    const containers = await containersOf(engine, record, options.services, 'stats', signal);
    const read = containers.map(async (container) => {
      const used = container.status === 'running' ? await engine.stats(container.id, signal) : undefined;
      return [shortName(container, containers), used ?? null] as const;
    });
    return { project: record.project, usage: Object.fromEntries(await Promise.all(read)) };
  });
}
