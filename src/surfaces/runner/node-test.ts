import { readably } from './failure.js';
import { openRun, type Run, type RunOptions } from './run.js';

export type { RunInfo, RunOptions } from './run.js';

/** What `node --test --test-global-setup` wants of a module. */
export interface NodeTestSetup {
  globalSetup(): Promise<void>;
  globalTeardown(): Promise<void>;
}

/** The setup with options: `export const { globalSetup, globalTeardown } = dockerManual({ files: ['compose.yml'] });` */
export function dockerManual(options: RunOptions = {}): NodeTestSetup {
  let run: Run | undefined;
  return {
    async globalSetup() {
      run = await readably(() => openRun({ owner: 'node --test', ...options }));
    },
    async globalTeardown() {
      await readably(async () => run?.close());
    },
  };
}

/** The setup without options, for `export * from 'docker-manual/node-test'`. */
export const { globalSetup, globalTeardown } = dockerManual();
