import { execa } from 'execa';
import { EnvironmentError } from '../domain/errors.js';
import { type Endpoint, endpointEnvironment } from './endpoint.js';
import type { AttachOptions } from './engine.js';

/**
 * `docker exec` on this process's own stdin, stdout and stderr: the Docker CLI knows how to be a terminal (size, raw
 * keys, detaching), and is there wherever Compose is. A Ctrl-C in a terminal reaches the command by itself.
 *
 * @throws COMPOSE_UNAVAILABLE where there is no Docker CLI
 */
export async function attach(
  endpoint: Endpoint,
  env: NodeJS.ProcessEnv,
  id: string,
  command: readonly string[],
  { tty, user, workdir }: AttachOptions,
  signal: AbortSignal,
): Promise<number> {
  const options = [
    '--interactive',
    ...(tty ? ['--tty'] : []),
    ...(user === undefined ? [] : ['--user', user]),
    ...(workdir === undefined ? [] : ['--workdir', workdir]),
  ];
  const result = await execa('docker', ['exec', ...options, id, ...command], {
    env: { ...env, ...endpointEnvironment(endpoint), DOCKER_CLI_HINTS: 'false' },
    extendEnv: false,
    stdio: 'inherit',
    reject: false,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (result.code === 'ENOENT') {
    throw new EnvironmentError('COMPOSE_UNAVAILABLE', { reason: 'the command "docker" is not on the PATH' });
  }
  return result.exitCode ?? 130; // ended by a signal, as Ctrl-C without a terminal inside does
}
