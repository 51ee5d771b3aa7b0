import { readably } from './failure.js';
import { openRun, type RunInfo, type RunOptions } from './run.js';

/** As much of vitest's `TestProject` as is used here; the same in vitest 3.2, 4 and 5. */
interface Project {
  readonly name: string;
  readonly config: { readonly root: string; env?: Record<string, unknown> };
  /** All projects with tests; the root is among them only when it has tests of its own. */
  readonly vitest: { readonly projects: readonly unknown[] };
  getProvidedContext(): { readonly dockerManualOptions?: RunOptions };
  provide(key: 'dockerManual', value: RunInfo): void;
}

/**
 * vitest's globalSetup. Its options are the provided `dockerManualOptions`; paths in them count from the project's root.
 *
 * @returns the teardown
 */
export default async function setup(project: Project): Promise<() => Promise<void>> {
  const options = project.getProvidedContext().dockerManualOptions ?? {};
  if (startsNothing(project, options)) {
    project.provide('dockerManual', { lease: null, project: null, services: {}, env: {}, skipped: null });
    return async () => {};
  }
  const ofProject = options.scope === 'project';
  const named = ofProject ? { name: [options.name, project.name].filter(Boolean).join('-') } : {};
  const run = await readably(() => openRun({ owner: 'vitest', cwd: project.config.root, ...options, ...named }));
  project.provide('dockerManual', run.info);
  // Of two projects only one could have its variables in the process.
  if (ofProject) project.config.env = { ...project.config.env, ...run.info.env };
  return () => readably(() => run.close());
}

/**
 * vitest 3 and 4 run the setup for `vitest list`, too; and all versions run the root's setup where the tests are in
 * projects only.
 */
function startsNothing(project: Project, { scope }: RunOptions): boolean {
  const command = process.argv.slice(2).find((argument) => !argument.startsWith('-'));
  return command === 'list' || (scope === 'project' && !project.vitest.projects.includes(project));
}
