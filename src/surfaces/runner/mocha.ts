import { readably } from './failure.js';
import { openRun, type Run, type RunOptions } from './run.js';

export type { RunInfo, RunOptions } from './run.js';

/** What mocha takes from a module that it is told to `--require`. */
export interface MochaSetup {
  mochaGlobalSetup(): Promise<void>;
  mochaGlobalTeardown(): Promise<void>;
}

/** The setup with options: `export const { mochaGlobalSetup, mochaGlobalTeardown } = dockerManual({ files: [...] });` */
export function dockerManual(options: RunOptions = {}): MochaSetup {
  let run: Run | undefined;
  return {
    async mochaGlobalSetup() {
      run = await readably(() => openRun({ owner: 'mocha', ...options }));
    },
    async mochaGlobalTeardown() {
      await readably(async () => run?.close());
    },
  };
}

/** The setup without options, for `--require docker-manual/mocha`. */
export const { mochaGlobalSetup, mochaGlobalTeardown } = dockerManual();
