import { EnvironmentError } from '../domain/errors.js';
import { suggest } from '../domain/suggest.js';
import type { HistoryEvent } from '../store/history.js';
import type { Context } from './context.js';

/** Which part of the history is wanted. */
export interface HistoryOptions {
  /** Only of the environments whose project or lease id begins like this, those that are gone among them. */
  readonly name?: string;
  /** The newest so many. 50 by default; {@link Infinity} for all that is kept (10,000). */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 50;
/** More than is ever kept; SQLite takes no infinity. */
const MOST = 1_000_000;

/**
 * Who did what to which environment, oldest first.
 *
 * @throws LEASE_NOT_FOUND when nothing is told of such an environment, OPTION_INVALID
 */
export async function history(context: Context, options: HistoryOptions): Promise<readonly HistoryEvent[]> {
  const { name = '', limit = DEFAULT_LIMIT } = options;
  if (!(limit >= 1)) {
    throw new EnvironmentError('OPTION_INVALID', {
      option: 'limit',
      reason: `"${limit}" is no number from 1 on`,
      command: 'history',
    });
  }
  const trail = (await context.store()).history;
  const events = trail.list(Math.min(Math.floor(limit), MOST), name);
  if (events.length > 0 || name === '') return events;
  const near = suggest(name, trail.projects());
  throw new EnvironmentError('LEASE_NOT_FOUND', {
    name: `"${name}"`,
    suggestion: near ? ` Did you mean ${near}?` : '',
  });
}
