import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EnvironmentError } from '../domain/errors.js';
import { configSchema } from '../domain/options/config-schema.js';
import { mapPaths, type Path, type Problem, problemsOf } from '../domain/options/schema.js';

/** In a folder only one of these may be. */
const NAMES = ['ts', 'mts', 'js', 'mjs', 'yaml', 'yml', 'json'].map((ending) => `docker-manual.config.${ending}`);

/** A config file that was found and is right; paths in it are absolute. */
export interface LoadedConfig {
  readonly file: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/**
 * The config file that counts in a folder: its own, else that of a folder above, up to the root of the repository. Outside
 * of a repository only its own: what lies above may be anybody's.
 *
 * @throws CONFIG_FILE_INVALID
 */
export async function loadConfigFile(cwd: string): Promise<LoadedConfig | undefined> {
  const file = findConfigFile(resolve(cwd));
  if (file === undefined) return undefined;
  // Relative paths count from the file's folder, wherever a command is run.
  const content = mapPaths(configSchema(), await readChecked(file), (path) => resolve(dirname(file), path));
  return { file, content: content as Content };
}

function findConfigFile(cwd: string): string | undefined {
  const folders = [cwd];
  for (let folder = cwd; !existsSync(join(folder, '.git')); folder = dirname(folder)) {
    if (folder === dirname(folder)) return fileIn(cwd);
    folders.push(dirname(folder));
  }
  for (const folder of folders) {
    const file = fileIn(folder);
    if (file !== undefined) return file;
  }
  return undefined;
}

function fileIn(folder: string): string | undefined {
  const [file, other] = NAMES.map((name) => join(folder, name)).filter((path) => existsSync(path));
  if (file && other) throw invalid(file, [`there is ${other} as well, and only one can count`]);
  return file;
}

type Content = Readonly<Record<string, unknown>>;
/** Where a key stands: ":12:3". */
type Locate = (problem: Problem) => string;

async function readChecked(file: string): Promise<Content> {
  const { content, locate } = /\.(ya?ml|json)$/.test(file) ? await readText(file) : await readModule(file);
  const problems = problemsOf(configSchema(), content);
  if (problems.length > 0) {
    throw invalid(
      file,
      problems.map((problem) => `${locate(problem)}${keyText(problem.path)}${problem.reason}`),
    );
  }
  return content as Content;
}

function keyText(path: Path): string {
  return path.length === 0 ? '' : `${path.join('.')}: `;
}

/** JSON is YAML, and so its mistakes have a place, too. */
async function readText(file: string): Promise<{ content: unknown; locate: Locate }> {
  const { isNode, LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false, merge: true });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}: `;
  };
  if (document.errors.length > 0) {
    throw invalid(
      file,
      document.errors.map((error) => `${place(error.pos[0])}${error.message}`),
    );
  }
  const locate = ({ path, key }: Problem) => {
    const parent = key ? document.getIn(path.slice(0, -1), true) : undefined;
    const pairs = (parent as { items?: { key?: unknown }[] } | undefined)?.items ?? [];
    const name = pairs.find((pair) => isNode(pair.key) && String(pair.key) === String(path.at(-1)))?.key;
    const node = key ? name : path.length === 0 ? document.contents : document.getIn(path, true);
    const offset = isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined ? '' : place(offset);
  };
  return { content: document.toJS() ?? {}, locate };
}

async function readModule(file: string): Promise<{ content: unknown; locate: Locate }> {
  const typescript = extname(file).endsWith('ts');
  if (typescript && !(process.features as { typescript?: unknown }).typescript) {
    const reason = `Node ${process.versions.node} cannot read TypeScript; that takes Node 22.18 or 24, or name the file .mjs, .yaml or .json`;
    throw invalid(file, [reason]);
  }
  try {
    const module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { default?: unknown };
    if (module.default === undefined) throw new Error('it has no default export');
    return { content: module.default, locate: () => '' };
  } catch (error) {
    throw invalid(file, [error instanceof Error ? error.message : String(error)], error);
  }
}

function invalid(file: string, problems: readonly string[], cause?: unknown): EnvironmentError {
  const text = problems.length === 1 ? ` ${problems[0]}` : `\n  ${problems.join('\n  ')}`;
  return new EnvironmentError('CONFIG_FILE_INVALID', { file, problems: text }, { cause });
}
