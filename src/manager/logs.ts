import type { LeaseRecord } from '../domain/lease.js';
import type { LogLine } from '../engine/engine.js';
import type { Context } from './context.js';
import { dossierLogs } from './dossier-logs.js';
import { followLogs } from './follow-logs.js';
import { inOrderOfTime } from './in-order-of-time.js';
import { withEnvironment } from './leased.js';
import { type LogRequest, type Logs, type LogsOptions, limits, type ServiceLine } from './log-request.js';
import { containersOf, shortName } from './services.js';

/**
 * What the services of an environment have written, merged. Of one that is gone, what its failed start has left in the
 * dossier.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, OPTION_INVALID for an unknown service
 */
export async function logs(context: Context, options: LogsOptions): Promise<Logs> {
  try {
    return await withEnvironment(context, options, (there, record) => liveLogs(there, record, options));
  } catch (error) {
    const kept = dossierLogs(context.config, options, error);
    if (kept) return kept;
    throw error;
  }
}

async function liveLogs(context: Context, record: LeaseRecord, options: LogsOptions): Promise<Logs> {
  const engine = await context.engine();
  const signal = options.signal ?? new AbortController().signal;
  const containers = await containersOf(engine, record, options.services, 'logs', signal);
  const sources = [...new Set(containers.map((container) => shortName(container, containers)))];
  const asked = { engine, record, containers, options, signal };
  return { project: record.project, sources, lines: options.follow ? followLogs(asked) : mergedLogs(asked) };
}

async function* mergedLogs(request: LogRequest): AsyncIterable<ServiceLine> {
  const { engine, containers, options, signal } = request;
  const asked = limits(options);
  const streams = await Promise.all(
    containers.map(async (container) => {
      const source = shortName(container, containers);
      const lines = await engine.logLines(container.id, { ...asked, follow: false }, signal);
      return named(lines, container.service, source);
    }),
  );
  yield* inOrderOfTime(streams);
}

async function* named(lines: AsyncIterable<LogLine>, service: string, source: string): AsyncIterable<ServiceLine> {
  for await (const line of lines) yield { service, source, ...line };
}
