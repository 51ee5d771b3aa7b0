import { EnvironmentError } from '../domain/errors.js';
import type { Engine, EngineVersion } from '../engine/engine.js';
import { withFileLock } from '../store/file-lock.js';
import type { Context } from './context.js';

/**
 * The engine, once it has answered. Where it does not run and may be started, that is done by one process of the state
 * folder, while others wait for it.
 *
 * @throws ENGINE_UNAVAILABLE, ENGINE_START_FAILED, ENGINE_FORBIDDEN, ENGINE_HUNG, CONTEXT_UNKNOWN
 */
export async function reachEngine(
  context: Context,
  { startEngine = context.config.startEngine }: { readonly startEngine?: boolean },
  signal: AbortSignal,
): Promise<{ engine: Engine; version: EngineVersion }> {
  const engine = await context.engine();
  try {
    return { engine, version: await engine.ping(signal) };
  } catch (error) {
    if (!startEngine || !(error instanceof EnvironmentError) || error.code !== 'ENGINE_UNAVAILABLE') throw error;
  }
  const { stateDir } = context.config;
  const started = await withFileLock(stateDir, 'start-engine', signal, () => context.startEngine(signal));
  return { engine: started, version: await started.ping(signal) };
}
