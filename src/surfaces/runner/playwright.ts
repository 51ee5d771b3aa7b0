import { dirname } from 'node:path';
import { readably } from './failure.js';
import { openRun, type RunOptions } from './run.js';

export type { RunInfo, RunOptions } from './run.js';

/** As much of Playwright's FullConfig as is used here. */
interface Config {
  readonly configFile?: string;
  readonly workers: number;
  readonly metadata: { readonly dockerManual?: RunOptions };
}

/**
 * Playwright's globalSetup. Options are `metadata.dockerManual` of the configuration; their paths count from its folder.
 *
 * @returns the teardown
 */
export default async function setup({ configFile, workers, metadata }: Config): Promise<() => Promise<void>> {
  const cwd = configFile === undefined ? {} : { cwd: dirname(configFile) };
  const run = await readably(() => openRun({ owner: 'playwright', workers, ...cwd, ...metadata.dockerManual }));
  return () => readably(() => run.close());
}
