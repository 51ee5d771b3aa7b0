import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { EnvironmentError } from '../domain/errors.js';
import type { Spec } from '../domain/lease.js';

/** Compose's own order of preference. */
const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'] as const;
const OVERRIDES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
] as const;

export interface FileOptions {
  /** Compose files in order; relative to `cwd`. Else COMPOSE_FILE (also of .env), else those Compose itself would find. */
  readonly files?: readonly string[];
  readonly profiles?: readonly string[];
  readonly envFiles?: readonly string[];
  /** `process.cwd()` by default. */
  readonly cwd?: string;
}

/**
 * Which files Compose is to read, found by its rules: -f, COMPOSE_FILE, COMPOSE_FILE of the env files, then this folder
 * and its parents, with the `override` file beside a found one.
 *
 * @throws COMPOSE_FILE_MISSING
 */
export function findSpec(options: FileOptions, env: NodeJS.ProcessEnv): Spec {
  const cwd = resolve(options.cwd ?? process.cwd());
  const envFiles = (options.envFiles ?? list(env.COMPOSE_ENV_FILES, ',')).map((file) => resolve(cwd, file));
  const files = (named(options, env, envFiles, cwd) ?? discover(cwd)).map((file) => resolve(cwd, file));
  const missing = files.find((file) => !existsSync(file) || !statSync(file).isFile());
  if (missing) throw new EnvironmentError('COMPOSE_FILE_MISSING', { file: `${missing} is not there` });
  return {
    files,
    directory: dirname(files[0] as string),
    profiles: options.profiles ?? list(env.COMPOSE_PROFILES, ','),
    envFiles,
  };
}

/** The name a project gets when nobody gave one. */
export function folderName(files: Spec): string {
  return basename(files.directory);
}

function named(
  options: FileOptions,
  env: NodeJS.ProcessEnv,
  envFiles: readonly string[],
  cwd: string,
): readonly string[] | undefined {
  if (options.files?.length) return options.files;
  const beside = join(folderWithFile(cwd) ?? cwd, '.env');
  const inFiles = Object.assign({}, ...(envFiles.length > 0 ? envFiles : [beside]).map(readVariables)) as Variables;
  const standard = process.platform === 'win32' ? ';' : ':';
  const separator = env.COMPOSE_PATH_SEPARATOR ?? inFiles.COMPOSE_PATH_SEPARATOR ?? standard;
  const files = list(env.COMPOSE_FILE || inFiles.COMPOSE_FILE, separator);
  return files.length > 0 ? files : undefined;
}

type Variables = Readonly<Record<string, string | undefined>>;

function readVariables(file: string): Variables {
  try {
    return parseEnv(readFileSync(file, 'utf8')) as Variables;
  } catch {
    return {}; // Compose says what is wrong with it
  }
}

function discover(cwd: string): string[] {
  const folder = folderWithFile(cwd);
  if (folder === undefined) {
    throw new EnvironmentError('COMPOSE_FILE_MISSING', { file: `none of ${NAMES.join(', ')} in ${cwd} or above` });
  }
  return [firstOf(NAMES, folder), firstOf(OVERRIDES, folder)].filter((file) => file !== undefined);
}

function folderWithFile(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (firstOf(NAMES, folder)) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function firstOf(names: readonly string[], folder: string): string | undefined {
  return names.map((name) => join(folder, name)).find((file) => existsSync(file));
}

function list(text: string | undefined, separator: string): string[] {
  return (text ?? '')
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
