import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** The demands, by letter and number: every one is in the table or said to be missing. */
const DEMANDS = {
  U: '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 24 25 26 27 28 29 30 31 32 33 34 35 37 38 39 41 42 43 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 63 65 66 67 68 69 70 71 72',
  S: '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 21 22 23 26 27 28 29 31 34 35 36 37 38 39',
  M: '7 11 14 15 16 18 20 22 25 28 29 30 32 36 37 39 40 43 44 46 48',
  K: '5 6 7 10 12 14 15 16 19 21 23 24 25 32 33 34 35 38 39 41 42',
  D: '1 2 3 4 5 6 7 8 9 10 11 12 13 15 16 18 19 20 21 22 23',
  X: '1 2 4 5 9 10 13 15 16 17 18 19',
};
const IDS = Object.entries(DEMANDS).flatMap(([letter, numbers]) => numbers.split(' ').map((n) => letter + n));

const ROOT = new URL('../../', import.meta.url).pathname;
const [TABLES = '', REST = ''] = read('docs/features.md').split('\n## Not done\n');
const ROWS = TABLES.split('\n').flatMap((line) => {
  const cells = line.startsWith('| ') ? line.slice(2, -2).split(' | ') : [];
  return cells.length === 4 && cells[0] !== 'Demand' ? [{ shown: cells[2] ?? '', id: cells[3] ?? '' }] : [];
});
const [MISSING = '', PARTLY = ''] = REST.split('\nMissing of ');
const idsIn = (text: string): string[] => text.match(/\b[A-Z]\d{1,2}\b/g) ?? [];

function read(path: string): string {
  return readFileSync(ROOT + path, 'utf8');
}

/** What is named in a cell and is not there. */
function absent(shown: string): string[] {
  let file = '';
  return [...shown.matchAll(/`([^`]+)`|“([^”]+)”/g)].flatMap(([, source, name]) => {
    if (source !== undefined) file = source;
    return isThere(file, name) ? [] : [`${file} ${name ?? ''}`];
  });
}

/** A file, a script of package.json, a program that node runs; with a name: a test of that file. */
function isThere(source: string, name: string | undefined): boolean {
  const [program, ...words] = source.split(' ');
  if (program === 'npm') return words[1] !== undefined && words[1] in JSON.parse(read('package.json')).scripts;
  const path = program === 'node' ? (words[0] ?? '') : source;
  if (!existsSync(ROOT + path)) return false;
  return name === undefined || ["'", '"', '`'].some((quote) => read(path).includes(quote + name + quote));
}

describe('docs/features.md', () => {
  it('has every demand once', () => {
    expect([...ROWS.map(({ id }) => id), ...idsIn(MISSING)].sort()).toEqual([...IDS].sort());
  });

  it('says at its end what of them is missing, and of nothing else', () => {
    expect(idsIn(REST).filter((id) => !IDS.includes(id))).toEqual([]);
    expect(idsIn(PARTLY).length).toBeGreaterThan(0);
  });

  it.each(ROWS)('$id is shown by what is there', ({ shown }) => {
    expect(shown).toMatch(/^`(?:test|bench|npm|node)\b/);
    expect(absent(shown)).toEqual([]);
  });
});
