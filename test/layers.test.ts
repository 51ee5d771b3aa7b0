import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';

const SOURCE = new URL('../src/', import.meta.url).pathname;
const FILES = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) => /\.c?ts$/.test(name));
const PACKAGES = Object.keys(JSON.parse(readFileSync(`${SOURCE}../package.json`, 'utf8')).dependencies);
/** Whole lines, so that a word in a comment is none; dynamic imports stand anywhere. */
const IMPORT = /^(?:import|export)\b[^;]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

const read = (file: string) => readFileSync(SOURCE + file, 'utf8');

/** What a file takes from where: packages by name, files of ours by their path below src. */
function imports(file: string): string[] {
  const found = [...read(file).matchAll(IMPORT)].map(([, ...names]) => names.find(Boolean) ?? '');
  return found.map((name) => (name.startsWith('.') ? normalize(join(dirname(file), name)) : name));
}

const importersOf = (names: readonly string[]) => FILES.filter((file) => imports(file).some((n) => names.includes(n)));
const folders = (files: readonly string[]) => [...new Set(files.map((file) => file.split('/')[0]))];

it('only engine/ talks to Docker: nothing else has its client, or calls the program', () => {
  expect(folders(importersOf(['dockerode', 'execa']))).toEqual(['engine']);
  const callers = FILES.filter((file) => /\b(?:spawn|exec|execFile)(?:Sync)?\(\s*'docker/.test(read(file)));
  expect(callers).toEqual([]);
});

it('only store/ opens the database', () => {
  expect(folders(importersOf(['better-sqlite3', 'node:sqlite']))).toEqual(['store']);
});

it('every door uses what the package exports, and nothing below it', () => {
  const below = /^(?:domain|engine|store|manager)\//;
  const doors = FILES.filter((file) => file.startsWith('surfaces/'));
  expect(doors.length).toBeGreaterThan(20);
  for (const door of doors) {
    expect(
      imports(door).filter((name) => below.test(name)),
      door,
    ).toEqual([]);
  }
});

it('there is one way to acquire, and only the manager goes it', () => {
  const calls = /^import \{[^}]*\bacquire\b[^}]*\} from|\bimport\('[^']*\/acquire\.js'\)/m;
  expect(FILES.filter((file) => calls.test(read(file)))).toEqual(['manager/manager.ts']);
});

it('the domain is pure: it knows neither Node nor a package nor a clock', () => {
  for (const file of FILES.filter((name) => name.startsWith('domain/'))) {
    const foreign = imports(file).filter((name) => name.startsWith('node:') || PACKAGES.includes(name));
    expect(foreign, file).toEqual([]);
    expect(read(file), file).not.toMatch(/\b(?:Date\.now|performance\.now|setTimeout)\(/);
  }
});
