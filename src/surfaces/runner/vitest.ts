import { fileURLToPath } from 'node:url';
import type {} from 'vitest'; // to be extended below; nothing of it is loaded
import type { RunInfo, RunOptions } from './run.js';

export type { Run, RunInfo, RunOptions } from './run.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The environment of this run. */
    dockerManual: RunInfo;
    /** What `docker-manual/vitest/setup` is to open. */
    dockerManualOptions: RunOptions;
  }
}

/** As much of a Vite plugin as this one is; assignable to that of every Vite version. */
export interface DockerManualPlugin {
  readonly name: string;
  config(): {
    readonly test: { readonly globalSetup: string[]; readonly provide: { readonly dockerManualOptions: RunOptions } };
  };
}

/**
 * The plugin for `vitest.config.ts`: one environment for the run, its variables in `process.env` of the workers, and
 * `inject('dockerManual')` in the tests.
 *
 * ```ts
 * export default defineConfig({ plugins: [dockerManual({ files: ['compose.yml'] })] });
 * ```
 */
export function dockerManual(options: RunOptions = {}): DockerManualPlugin {
  const setup = fileURLToPath(new URL('./vitest-setup.js', import.meta.url));
  return {
    name: 'docker-manual',
    config: () => ({ test: { globalSetup: [setup], provide: { dockerManualOptions: options } } }),
  };
}
