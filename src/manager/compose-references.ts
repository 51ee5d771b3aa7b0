import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Spec } from '../domain/lease.js';

/**
 * Every file that Compose may read to make the model, the named ones first; files that are absent now are listed too.
 * Undefined where one cannot be known from here: a path with a variable in it, or a remote one.
 */
export function referencedFiles(files: Spec): string[] | undefined {
  const found = new Set<string>([join(files.directory, '.env'), ...files.envFiles]);
  const queue = files.files.map((file) => ({ file, base: files.directory }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (found.has(next.file)) continue;
    found.add(next.file);
    const references = readReferences(next.file);
    if (!references || [...references.compose, ...references.plain].some(isUnknowable)) return undefined;
    // Paths in an included file count from that file's folder; the two bases differ only there, so both are listed.
    for (const base of new Set([next.base, dirname(next.file)])) {
      for (const path of references.plain) found.add(resolve(base, path));
      for (const path of references.compose) {
        const file = resolve(base, path);
        found.add(join(dirname(file), '.env'));
        queue.push({ file, base: dirname(file) });
      }
    }
  }
  return [...found];
}

interface References {
  /** Other compose files. */
  readonly compose: readonly string[];
  /** Files with variables or labels. */
  readonly plain: readonly string[];
}

function readReferences(file: string): References | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { compose: [], plain: [] };
  }
  try {
    const content = parse(text, { merge: true, logLevel: 'silent', strict: false, maxAliasCount: -1 }) as Raw | null;
    const services = Object.values(content?.services ?? {}).filter((s) => typeof s === 'object' && s !== null);
    const includes = asList(content?.include);
    return {
      compose: [...includes.flatMap((i) => pathsOf(i)), ...services.flatMap((s) => pathsOf(s.extends, 'file'))],
      plain: [
        ...includes.flatMap((i) => pathsOf(i, 'env_file')),
        ...services.flatMap((s) => [
          ...asList(s.env_file).flatMap((f) => pathsOf(f)),
          ...asList(s.label_file).flatMap((f) => pathsOf(f)),
        ]),
      ],
    };
  } catch {
    return undefined; // Compose says what is wrong with it
  }
}

interface Raw {
  readonly include?: unknown;
  readonly services?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function asList(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

/** "x.yml", { path: "x.yml" }, { path: ["x.yml", "y.yml"] } → the paths. */
function pathsOf(value: unknown, key: 'path' | 'file' | 'env_file' = 'path'): string[] {
  if (typeof value === 'string') return key === 'path' ? [value] : []; // `extends: name` is a service of the same file
  if (typeof value !== 'object' || value === null) return [];
  return asList((value as Record<string, unknown>)[key]).filter((path) => typeof path === 'string');
}

function isUnknowable(path: string): boolean {
  return path.includes('$') || /^[a-z+]+:\/\//i.test(path) || path.startsWith('oci:') || path.startsWith('git@');
}
