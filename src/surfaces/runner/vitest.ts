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

/** What is injected while tests are only listed. */
const NOTHING: RunInfo = { lease: null, project: null, services: {}, env: {}, skipped: null };

/** As much of Vite's configuration as the plugin changes. */
interface Config {
  test?: { globalSetup?: string | string[]; setupFiles?: string | string[]; provide?: object };
}

/** As much of a Vite plugin as this one is; assignable to that of every Vite version. */
export interface DockerManualPlugin {
  readonly name: string;
  config(config: object): void;
}

/**
 * The plugin for `vitest.config.ts`: one environment for the run, its variables in `process.env` of the workers, and
 * `inject('dockerManual')` in the tests. Global setups of the user run after it and find the services ready.
 *
 * ```ts
 * import { dockerManual } from 'docker-manual/vitest';
 * import { defineConfig } from 'vitest/config';
 *
 * export default defineConfig({ plugins: [dockerManual({ files: ['compose.yml'] })] });
 * ```
 */
export function dockerManual(options: RunOptions = {}): DockerManualPlugin {
  const setup = fileURLToPath(new URL('./vitest-setup.js', import.meta.url));
  const worker = fileURLToPath(new URL('./vitest-worker.js', import.meta.url));
  return {
    name: 'docker-manual',
    // Changed in place: what a hook returns is appended, and our setup has to be the first.
    config(config: Config) {
      config.test = {
        ...config.test,
        globalSetup: withFirst(setup, config.test?.globalSetup),
        ...(options.scope === 'worker' ? { setupFiles: withFirst(worker, config.test?.setupFiles) } : {}),
        provide: { dockerManual: NOTHING, ...config.test?.provide, dockerManualOptions: options },
      };
    },
  };
}

/** The hook runs again for each project that inherits the plugin. */
function withFirst(ours: string, files: string | string[] = []): string[] {
  return [ours, ...[files].flat().filter((file) => file !== ours)];
}
