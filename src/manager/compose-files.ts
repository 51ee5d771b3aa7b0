import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import {
  candidates,
  PLAIN_NAMES,
  type Selection,
  selectFile,
  standsAlone,
  type Wanted,
  wantedText,
} from '../domain/compose-selection.js';
import type { EnvironmentKind } from '../domain/environment-kind.js';
import { EnvironmentError } from '../domain/errors.js';
import type { Spec } from '../domain/lease.js';
import { ALPINE, checkVariant, REGULAR, type Variant, type Variants } from '../domain/variant.js';
import { composeContents, readText } from './compose-content.js';
import { namedFileMissing, noFileFound } from './compose-file-missing.js';
import { type FromTemplate, fromImage, fromTemplate } from './templates.js';

const OVERRIDES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
] as const;

/** Which files an environment is made of. Paths count from `cwd`. */
export interface FileOptions {
  /** Compose files in order; relative to `cwd`. Else COMPOSE_FILE (also of .env), else those Compose itself would find. */
  readonly files?: readonly string[];
  /** Instead of files: one service as this package has it, `postgres`, `redis`, …; see compose/templates. */
  readonly template?: string;
  /** The same with this image, `redis:7`; the template is that of its family. */
  readonly image?: string;
  readonly profiles?: readonly string[];
  readonly envFiles?: readonly string[];
  /** What the environment is for: `test` (by default), `dev` or `prod`. Decides which compose file is taken, and what is kept. */
  readonly env?: EnvironmentKind;
  /** Which variant of it: `alpine`, `regular`, or one of `variants`. */
  readonly variant?: string;
  /** True: the variant alpine; false: regular. */
  readonly alpine?: boolean;
  /** What each variant has that is different. */
  readonly variants?: Variants;
  /** Only these services and what they depend on. All by default. */
  readonly only?: readonly string[];
  /** `process.cwd()` by default. */
  readonly cwd?: string;
}

/** The files for Compose, and why it is these. */
export interface FoundFiles {
  readonly spec: Spec;
  readonly why: string;
  /** The variant that they are of; undefined where none was asked for and none found. */
  readonly variant: string | undefined;
  /** Service → image, where another one than the files' is asked for. */
  readonly images: Readonly<Record<string, string>>;
}

/**
 * Which files Compose is to read: what was asked for, COMPOSE_FILE of the env files, then by kind and variant what is in
 * this folder or the nearest above it, with the `override` file beside a plain one.
 *
 * @throws COMPOSE_FILE_MISSING, OPTION_INVALID
 */
export async function findFiles(options: FileOptions, env: NodeJS.ProcessEnv): Promise<FoundFiles> {
  const cwd = resolve(options.cwd ?? process.cwd());
  const envFiles = (options.envFiles ?? list(env.COMPOSE_ENV_FILES, ',')).map((file) => resolve(cwd, file));
  const profiles = options.profiles ?? list(env.COMPOSE_PROFILES, ',');
  const only = options.only?.length ? { only: options.only } : {};
  const shared = { profiles, envFiles, ...only };
  const template = templateOf(options);
  if (template) {
    const { file, why, images } = template;
    return { spec: { files: [file], directory: cwd, ...shared }, why, variant: undefined, images };
  }
  const { variants = {} } = options;
  const variant = variantOf(options);
  if (variant !== undefined) checkVariant(variant, variants);
  const chosen = variant ?? (alpineByDefault(options, variants) ? ALPINE : undefined);
  const own = chosen === undefined ? undefined : variants[chosen];
  const place = { env, envFiles, cwd };
  const { files: base, why } = await baseFiles({ ...options, env: options.env ?? 'test' }, chosen, own, place);
  const files = [...base, ...[own?.overlay ?? []].flat()].map((file) => resolve(cwd, file));
  const missing = files.find((file) => !existsSync(file) || !statSync(file).isFile());
  if (missing) throw namedFileMissing(missing);
  const spec = { files, directory: dirname(files[0] as string), ...shared };
  return { spec, why, variant: chosen, images: {} };
}

/** Only what to read. @throws COMPOSE_FILE_MISSING, OPTION_INVALID */
export async function findSpec(options: FileOptions, env: NodeJS.ProcessEnv): Promise<Spec> {
  return (await findFiles(options, env)).spec;
}

/** @throws OPTION_INVALID where more than one of files, template and image are asked for */
function templateOf({ files, template, image }: FileOptions): FromTemplate | undefined {
  if (template === undefined && image === undefined) return undefined;
  const asked = Object.entries({ files: files?.length ? files : undefined, template, image });
  const both = asked.filter(([, value]) => value !== undefined).map(([key]) => key);
  if (both.length > 1) {
    const reason = `${both.join(' and ')} are asked for at once`;
    throw new EnvironmentError('OPTION_INVALID', { option: both.at(-1) as string, reason, command: 'start' });
  }
  return template === undefined ? fromImage(image as string) : fromTemplate(template);
}

/** @throws OPTION_INVALID where two variants were asked for */
function variantOf({ variant, alpine }: FileOptions): string | undefined {
  const byAlpine = alpine === undefined ? undefined : alpine ? ALPINE : REGULAR;
  if (variant !== undefined && byAlpine !== undefined && variant !== byAlpine) {
    const reason = `both "${variant}" and "${byAlpine}" are asked for`;
    throw new EnvironmentError('OPTION_INVALID', { option: 'variant', reason, command: 'start' });
  }
  return variant ?? byAlpine;
}

/** Alpine is the default of tests, where the project says what it is. */
function alpineByDefault({ env = 'test', files }: FileOptions, variants: Variants): boolean {
  return env === 'test' && ALPINE in variants && !files?.length;
}

interface Place {
  readonly env: NodeJS.ProcessEnv;
  readonly envFiles: readonly string[];
  readonly cwd: string;
}

async function baseFiles(
  options: FileOptions & { readonly env: EnvironmentKind },
  variant: string | undefined,
  own: Variant | undefined,
  { env, envFiles, cwd }: Place,
): Promise<{ files: readonly string[]; why: string }> {
  if (options.files?.length) return { files: options.files, why: 'they are named' };
  if (own?.files !== undefined) return { files: [own.files].flat(), why: `the variant ${variant} names them` };
  const byVariable = named(env, envFiles, cwd);
  if (byVariable) return { files: byVariable, why: 'COMPOSE_FILE names them' };
  // A variant of the project's own changes the regular file.
  const alpine = own ? false : variant === undefined ? undefined : variant === ALPINE;
  return discover(cwd, { kind: options.env, alpine });
}

/** The name a project gets when nobody gave one. */
export function folderName(files: Spec): string {
  return basename(files.directory);
}

function named(env: NodeJS.ProcessEnv, envFiles: readonly string[], cwd: string): readonly string[] | undefined {
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

async function discover(cwd: string, wanted: Wanted): Promise<{ files: string[]; why: string }> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const selection = selectFile(wanted, (name) => existsSync(join(folder, name)));
    if (selection) return { files: await filesOf(selection, folder), why: selection.why };
    if (folder === dirname(folder)) break;
  }
  const standard = wanted.kind === 'test' && wanted.alpine === undefined;
  const names = (standard ? PLAIN_NAMES : candidates(wanted).flat()).join(', ');
  const what = standard ? '' : ` (for ${wantedText(wanted)})`;
  throw noFileFound(cwd, names, what);
}

async function filesOf({ file, base }: Selection, folder: string): Promise<string[]> {
  const path = join(folder, file);
  if ((PLAIN_NAMES as readonly string[]).includes(file)) {
    return [path, firstOf(OVERRIDES, folder)].filter((each) => each !== undefined);
  }
  return base === undefined || (await isWhole(path)) ? [path] : [join(folder, base), path];
}

/** A file that cannot be read as YAML is left to Compose, which says what is wrong with it. */
async function isWhole(file: string): Promise<boolean> {
  const contents = await composeContents(readText(file) ?? '');
  return contents?.length !== 1 || standsAlone(contents[0]);
}

function folderWithFile(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (firstOf(PLAIN_NAMES, folder)) return folder;
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
