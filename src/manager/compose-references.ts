import { dirname, join, resolve } from 'node:path';
import type { Spec } from '../domain/lease.js';
import { composeContents, readText } from './compose-content.js';

/**
 * Every file that Compose may read to make the model, the named ones first; files that are absent now are listed too.
 * Undefined where one cannot be known from here: a path with a variable in it, in the home folder, or a remote one.
 */
export async function referencedFiles(files: Spec): Promise<string[] | undefined> {
  const found = new Set<string>([join(files.directory, '.env'), ...files.envFiles]);
  const queue = files.files.map((file) => ({ file, base: files.directory }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (found.has(next.file)) continue;
    found.add(next.file);
    const references = await readReferences(next.file);
    if (
      !references ||
      [...references.compose.flatMap((c) => [c.path, c.base]), ...references.plain].some(isUnknowable)
    ) {
      return undefined;
    }
    // Paths in an included file count from that file's folder; the two bases differ only there, so both are listed.
    for (const base of new Set([next.base, dirname(next.file)])) {
      for (const path of references.plain) found.add(resolve(base, path));
      for (const reference of references.compose) {
        const folder = resolve(base, reference.base);
        found.add(join(folder, '.env'));
        queue.push({ file: resolve(base, reference.path), base: folder });
      }
    }
  }
  return [...found];
}

interface References {
  /** Other compose files, and the folder that paths in each count from. */
  readonly compose: readonly { readonly path: string; readonly base: string }[];
  /** Files with variables or labels. */
  readonly plain: readonly string[];
}

async function readReferences(file: string): Promise<References | undefined> {
  const text = readText(file);
  if (text === null) return { compose: [], plain: [] };
  const all = (await composeContents(text))?.map((content) => referencesOf(content as Raw | null));
  return all && { compose: all.flatMap((each) => each.compose), plain: all.flatMap((each) => each.plain) };
}

function referencesOf(content: Raw | null): References {
  const services = Object.values(content?.services ?? {}).filter((s) => typeof s === 'object' && s !== null);
  const includes = asList(content?.include);
  const extended = services.flatMap((s) => pathsOf(s.extends, 'file'));
  return {
    compose: [...includes.flatMap(included), ...extended.map((path) => ({ path, base: dirname(path) }))],
    plain: [
      ...includes.flatMap((i) => pathsOf(i, 'env_file')),
      ...services.flatMap((s) => [
        ...asList(s.env_file).flatMap((f) => pathsOf(f)),
        ...asList(s.label_file).flatMap((f) => pathsOf(f)),
      ]),
    ],
  };
}

/** Files that are included as one count from one folder: the one that is named, else that of the first. */
function included(include: unknown): { path: string; base: string }[] {
  const paths = pathsOf(include);
  const [folder] = pathsOf(include, 'project_directory');
  return paths.map((path) => ({ path, base: folder ?? dirname(paths[0] ?? path) }));
}

interface Raw {
  readonly include?: unknown;
  readonly services?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function asList(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

/** "x.yml", { path: "x.yml" }, { path: ["x.yml", "y.yml"] } → the paths. */
function pathsOf(value: unknown, key: 'path' | 'file' | 'env_file' | 'project_directory' = 'path'): string[] {
  if (typeof value === 'string') return key === 'path' ? [value] : []; // `extends: name` is a service of the same file
  if (typeof value !== 'object' || value === null) return [];
  return asList((value as Record<string, unknown>)[key]).filter((path) => typeof path === 'string');
}

/** Compose reads "~" as the home folder, and the names of repositories with and without a scheme. */
const ELSEWHERE = /^(?:[a-z+]+:\/\/|oci:|git@|github\.com\/|~)|\.git(?:#|$)/i;

function isUnknowable(path: string): boolean {
  return path.includes('$') || ELSEWHERE.test(path);
}
