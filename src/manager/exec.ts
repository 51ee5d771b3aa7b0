import { EnvironmentError } from '../domain/errors.js';
import type { AttachOptions } from '../engine/engine.js';
import type { Context } from './context.js';
import { type WhichEnvironment, withEnvironment } from './leased.js';
import { runningContainer } from './services.js';

/** What is run in which service. */
export interface ExecOptions extends WhichEnvironment, Partial<AttachOptions> {
  readonly service: string;
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Runs a command in a service's container with this process's own stdin, stdout and stderr.
 *
 * @returns its exit code; 126 or 127 where the container cannot run it
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, ENVIRONMENT_CHANGED when the service does not run, OPTION_INVALID
 */
export function exec(context: Context, options: ExecOptions): Promise<number> {
  const { service, command, tty = false, user, workdir } = options;
  if (command.length === 0) {
    throw new EnvironmentError('OPTION_INVALID', {
      option: 'command',
      reason: 'there is none to run',
      command: 'exec',
    });
  }
  const how = { tty, ...(user === undefined ? {} : { user }), ...(workdir === undefined ? {} : { workdir }) };
  return withEnvironment(context, options, async (there, record) => {
    const engine = await there.engine();
    const signal = options.signal ?? new AbortController().signal;
    const { id } = await runningContainer(engine, record, service, 'exec', signal);
    return engine.attach(id, command, how, signal);
  });
}
