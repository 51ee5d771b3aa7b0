import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EnvironmentError } from '../domain/errors.js';
import type { Spec } from '../domain/lease.js';

/** Compose's own order of preference. */
const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'] as const;

export interface FileOptions {
  /** Compose files in order; relative to `cwd`. Else COMPOSE_FILE, else the one Compose itself would find. */
  readonly files?: readonly string[];
  readonly profiles?: readonly string[];
  readonly envFiles?: readonly string[];
  /** `process.cwd()` by default. */
  readonly cwd?: string;
}

/**
 * Which files Compose is to read, found by its rules: -f, COMPOSE_FILE, then this folder and its parents, with the
 * `override` file beside a found one.
 *
 * @throws COMPOSE_FILE_MISSING
 */
export function findSpec(options: FileOptions, env: NodeJS.ProcessEnv): Spec {
  const cwd = resolve(options.cwd ?? process.cwd());
  const files = (named(options, env) ?? discover(cwd)).map((file) => resolve(cwd, file));
  const missing = files.find((file) => !existsSync(file) || !statSync(file).isFile());
  if (missing) throw new EnvironmentError('COMPOSE_FILE_MISSING', { file: `${missing} is not there` });
  return {
    files,
    directory: dirname(files[0] as string),
    profiles: options.profiles ?? list(env.COMPOSE_PROFILES, ','),
    envFiles: (options.envFiles ?? list(env.COMPOSE_ENV_FILES, ',')).map((file) => resolve(cwd, file)),
  };
}

/** The name a project gets when nobody gave one. */
export function folderName(files: Spec): string {
  return basename(files.directory);
}

function named(options: FileOptions, env: NodeJS.ProcessEnv): readonly string[] | undefined {
  if (options.files?.length) return options.files;
  const separator = env.COMPOSE_PATH_SEPARATOR ?? (process.platform === 'win32' ? ';' : ':');
  const fromEnv = list(env.COMPOSE_FILE, separator);
  return fromEnv.length > 0 ? fromEnv : undefined;
}

function discover(cwd: string): string[] {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const name = NAMES.find((candidate) => existsSync(join(folder, candidate)));
    if (name) return withOverride(folder, name);
    if (folder === dirname(folder)) {
      throw new EnvironmentError('COMPOSE_FILE_MISSING', { file: `none of ${NAMES.join(', ')} in ${cwd} or above` });
    }
  }
}

function withOverride(folder: string, name: string): string[] {
  const stem = name.slice(0, name.lastIndexOf('.'));
  const override = ['yaml', 'yml']
    .map((end) => join(folder, `${stem}.override.${end}`))
    .find((file) => existsSync(file));
  return override ? [join(folder, name), override] : [join(folder, name)];
}

function list(text: string | undefined, separator: string): string[] {
  return (text ?? '')
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
