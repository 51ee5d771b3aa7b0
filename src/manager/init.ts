import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileError } from '../domain/file-errors.js';
import { type FirstFile, firstFiles, nextCommands, runnerOf, type TestRunner } from '../domain/first-files.js';
import { projectBase } from '../domain/project-name.js';
import { type FileOptions, findSpec, folderName } from './compose-files.js';
import type { Context } from './context.js';

/** The project that first files are made for. */
export interface InitOptions extends FileOptions {
  readonly name?: string;
  /** Writes nothing. */
  readonly dryRun?: boolean;
}

/** What has become of the first files of a project. */
export interface Initialised {
  readonly folder: string;
  /** From package.json; undefined where it names none that is known. */
  readonly runner: TestRunner | undefined;
  /** `kept`: there was a file already, and it stays as it is. */
  readonly files: readonly (FirstFile & { readonly done: 'written' | 'kept' | 'planned' })[];
  readonly next: readonly [string, string];
}

/** Names of config files that count as well as the one that would be written. */
const CONFIG = /^docker-manual\.config\./;
const ENDINGS = ['ts', 'mts', 'js', 'mjs', 'yaml', 'yml', 'json'];

/**
 * Writes a config file and an example test into a project with a compose file. Nothing that is there is changed.
 *
 * @throws COMPOSE_FILE_MISSING, STORE_READ_ONLY, STORE_FULL
 */
export async function init(context: Context, options: InitOptions): Promise<Initialised> {
  const folder = options.cwd ?? process.cwd();
  const spec = await findSpec(options, context.config.env);
  const compose = spec.files.map((file) => relative(folder, file).replaceAll('\\', '/'));
  const runner = runnerOf(dependenciesOf(folder));
  const planned = firstFiles(compose, projectBase(options.name ?? folderName(spec)), runner);
  const files = planned.map((file) => ({ ...file, done: put(folder, file, options.dryRun === true) }));
  return { folder, runner, files, next: nextCommands(runner) };
}

function put(folder: string, { path, content }: FirstFile, dryRun: boolean): 'written' | 'kept' | 'planned' {
  const file = join(folder, path);
  if (isThere(folder, path)) return 'kept';
  if (dryRun) return 'planned';
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: 'wx' });
    return 'written';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'kept';
    throw fileError(error, file);
  }
}

/** Two config files of different endings would be one too many. */
function isThere(folder: string, path: string): boolean {
  if (!CONFIG.test(path)) return existsSync(join(folder, path));
  return ENDINGS.some((ending) => existsSync(join(folder, `docker-manual.config.${ending}`)));
}

/** None where there is no package.json, or one that cannot be read. */
function dependenciesOf(folder: string): string[] {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const { dependencies = {}, devDependencies = {} } = JSON.parse(text) as Record<string, object | undefined>;
    return Object.keys({ ...dependencies, ...devDependencies });
  } catch {
    return [];
  }
}
