import { type Dirent, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { EnvironmentError } from '../domain/errors.js';
import { suggest } from '../domain/suggest.js';

const YAML = /\.ya?ml$/i;
/** More names would be a listing, and no help. */
const SHOWN = 3;

/** The error for a file that was named and is not there, with the one of its folder that may be meant. */
export function namedFileMissing(file: string): EnvironmentError {
  const here = yamlFilesOf(dirname(file));
  const near = suggest(basename(file), here);
  const suggestion = near === undefined ? offer(here) : ` Did you mean ${near}?`;
  return new EnvironmentError('COMPOSE_FILE_MISSING', { file: `${file} is not there`, suggestion });
}

/** The error for a folder in which none of `names` is, nor above it; files of other names may be what is meant. */
export function noFileFound(cwd: string, names: string, what = ''): EnvironmentError {
  const suggestion = offer(yamlFilesOf(cwd));
  return new EnvironmentError('COMPOSE_FILE_MISSING', {
    file: `none of ${names} in ${cwd} or above${what}`,
    suggestion,
  });
}

function offer(files: readonly string[]): string {
  return files.length === 0
    ? ''
    : ` There are: ${files.slice(0, SHOWN).join(', ')}${files.length > SHOWN ? ' …' : ''}.`;
}

function yamlFilesOf(folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // the folder is not there either
  }
  const files = entries.filter((entry) => entry.isFile() && YAML.test(entry.name)).map(({ name }) => name);
  return files.filter((name) => !name.startsWith('docker-manual.config.')).sort();
}
