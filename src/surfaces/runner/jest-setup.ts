import { readably } from './failure.js';
import { openRun, type RunOptions } from './run.js';

/** As much of a jest project's configuration as is used here. */
interface ProjectConfig {
  readonly rootDir: string;
  readonly globals: { readonly dockerManual?: RunOptions };
}

/** jest's globalSetup. Options are `globals.dockerManual` of the configuration; their paths count from its rootDir. */
export default async function setup(
  { maxWorkers }: { readonly maxWorkers: number },
  { rootDir, globals }: ProjectConfig,
): Promise<void> {
  await readably(() => openRun({ owner: 'jest', cwd: rootDir, workers: maxWorkers, ...globals.dockerManual }));
}
