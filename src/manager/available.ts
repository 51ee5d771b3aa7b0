import { EnvironmentError, EXIT_CODES } from '../domain/errors.js';
import type { Context } from './context.js';
import { reachEngine } from './reach-engine.js';
import { Steps } from './steps.js';

/** How the engine is asked for. */
export interface AvailableOptions {
  /** Start the engine where it does not run. False by default; else DOCKER_MANUAL_START_ENGINE. */
  readonly startEngine?: boolean;
  readonly signal?: AbortSignal;
}

/** The engine that answers, or why none does. */
export type Availability =
  | {
      readonly available: true;
      /** As in DOCKER_HOST. */
      readonly endpoint: string;
      /** Version of the engine, "28.5.1". */
      readonly engine: string;
      /** Version of its API, "1.51". */
      readonly api: string;
    }
  | { readonly available: false; readonly error: EnvironmentError };

/** Within two seconds, unless the engine is to be started. @throws CONTEXT_UNKNOWN, ABORTED */
export async function available(context: Context, options: AvailableOptions): Promise<Availability> {
  const steps = new Steps(options.signal, context.config.onProgress);
  try {
    const { engine, version } = await steps.run('engine', () => reachEngine(context, options, steps.signal));
    return { available: true, endpoint: engine.endpoint, engine: version.engine, api: version.api };
  } catch (error) {
    if (error instanceof EnvironmentError && error.exitCode === EXIT_CODES.engine) return { available: false, error };
    throw error;
  }
}
