import { readable, readably } from './failure.js';
import { openRun, type Run, type RunInfo, type RunOptions } from './run.js';

/** As much of vitest's `TestProject` as is used here; the same in vitest 3.2, 4 and 5. */
interface Project {
  readonly name: string;
  readonly config: { readonly root: string; env?: Record<string, unknown> };
  /** `projects`: those with tests; the root is among them only when it has tests of its own. */
  readonly vitest: { readonly projects: readonly Project[]; readonly config: { readonly maxWorkers?: unknown } };
  isRootProject(): boolean;
  getProvidedContext(): { readonly dockerManualOptions?: RunOptions };
  provide(key: 'dockerManual', value: RunInfo): void;
}

/**
 * vitest's globalSetup. Its options are the provided `dockerManualOptions`; paths in them count from the project's root.
 *
 * @returns the teardown
 */
export default async function setup(project: Project): Promise<() => Promise<void>> {
  // vitest 3 and 4 run it for `vitest list`, too.
  if (process.argv.slice(2).find((argument) => !argument.startsWith('-')) === 'list') return async () => {};
  const options = project.getProvidedContext().dockerManualOptions ?? {};
  // What projects inherit from the root, vitest 5 sets up for the root only.
  const projects = options.scope === 'project' && project.isRootProject() ? project.vitest.projects : [project];
  const runs: Run[] = [];
  const close = async () => {
    for (const run of runs) await run.close();
  };
  try {
    for (const each of projects) runs.push(await openFor(each, options));
  } catch (error) {
    await close();
    throw readable(error);
  }
  return () => readably(close);
}

async function openFor(project: Project, options: RunOptions): Promise<Run> {
  const ofProject = options.scope === 'project';
  const name = ofProject && project.name ? [options.name ?? [], project.name].flat().join('-') : options.name;
  const defaults = { owner: 'vitest', cwd: project.config.root, ...workersOf(project) };
  const run = await openRun({ ...defaults, ...options, ...(name ? { name } : {}) });
  project.provide('dockerManual', run.info);
  // Of two projects only one could have its variables in the process.
  if (ofProject) project.config.env = { ...project.config.env, ...run.info.env };
  return run;
}

/** vitest 3 leaves it open, or has it as a percentage; the number of cores is never too small then. */
function workersOf({ vitest }: Project): { workers?: number } {
  const { maxWorkers } = vitest.config;
  return typeof maxWorkers === 'number' ? { workers: maxWorkers } : {};
}
