import { createHash, type Hash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { type IgnoreRules, type Judged, judge, mayHoldExceptions, parseIgnore } from '../../domain/build/ignore.js';
import { EnvironmentError } from '../../domain/errors.js';

/** Nobody keeps migrations in there, and they would take long. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', 'node_modules']);
/** Read at a time. Bytes. */
const CHUNK = 1024 ** 2;

/**
 * Hash of the names and contents of everything that a path or pattern means, and of which files may be run; times do not
 * count. A pattern is one of a `.dockerignore`.
 *
 * @throws OPTION_INVALID where nothing is meant
 */
export function hashPattern(directory: string, pattern: string): string {
  const hash = createHash('sha256');
  const { base, rest } = split(directory, pattern);
  const found = statSync(base, { throwIfNoEntry: false });
  const count =
    found === undefined ? 0 : rest === '' ? hashPath(hash, base) : hashFolder(hash, base, rulesFor(rest, pattern));
  if (count > 0) return hash.digest('hex');
  throw invalid(`no file is meant by "${pattern}" in ${directory}`);
}

/** Of a file or folder that is mounted; where it is not there, that counts. */
export function hashMounted(path: string): string {
  const hash = createHash('sha256');
  hashPath(hash, path);
  return hash.digest('hex');
}

/** "../db/migrations/*.sql" → the folder "…/db/migrations" and what is sought in it. */
function split(directory: string, pattern: string): { base: string; rest: string } {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => /[*?[]/.test(part));
  if (first === -1) return { base: resolve(directory, pattern), rest: '' };
  const folder = parts.slice(0, first).join('/');
  const base = isAbsolute(pattern) ? resolve('/', folder) : resolve(directory, folder);
  return { base, rest: parts.slice(first).join('/') };
}

function rulesFor(rest: string, pattern: string): IgnoreRules {
  const rules = parseIgnore(`**\n!${rest}`);
  if (rules) return rules;
  throw invalid(`"${pattern}" is no pattern such as migrations/**`);
}

const EVERYTHING: IgnoreRules = { patterns: [], exceptions: false };

/** @returns how many files there were */
function hashPath(hash: Hash, path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return hashFolder(hash, path, EVERYTHING);
  if (!found?.isFile()) {
    hash.update(found ? 'other' : 'absent');
    return 0;
  }
  hashFile(hash, path, '', found);
  return 1;
}

function hashFolder(hash: Hash, root: string, rules: IgnoreRules): number {
  let count = 0;
  for (const inner of filesIn(root, rules, '', undefined)) {
    const path = join(root, inner);
    const target = statSync(path, { throwIfNoEntry: false });
    if (target?.isFile()) hashFile(hash, path, inner, target);
    else hash.update(`${inner}\0${lstatSync(path).isSymbolicLink() ? readlinkSync(path) : 'special'}\0`);
    count += 1;
  }
  return count;
}

/** Everything that is no folder, in one order. */
function* filesIn(root: string, rules: IgnoreRules, path: string, above: Judged | undefined): Iterable<string> {
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = path === '' ? entry.name : `${path}/${entry.name}`;
    const judged = judge(rules, inner, above);
    if (!entry.isDirectory()) {
      if (!judged.ignored) yield inner;
    } else if (!LEFT_OUT.has(entry.name) && (!judged.ignored || mayHoldExceptions(rules, inner))) {
      yield* filesIn(root, rules, inner, judged);
    }
  }
}

/** An init script that may be run is run, and any other is read by a shell. */
function hashFile(hash: Hash, path: string, name: string, { mode, size }: Stats): void {
  hash.update(`${name}\0${(mode & 0o111) === 0 ? 'file' : 'program'} ${size}\0`);
  const buffer = Buffer.alloc(Math.min(CHUNK, size));
  const file = openSync(path, 'r');
  try {
    for (let read = 1; read > 0 && size > 0; ) {
      read = readSync(file, buffer);
      hash.update(buffer.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}

function invalid(reason: string): EnvironmentError {
  return new EnvironmentError('OPTION_INVALID', { option: 'seeds', reason, command: 'start' });
}
