import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashMounted, hashPattern } from '../../../src/manager/seeds/content.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-content-'));
  write('migrations/1.sql', 'one');
  write('migrations/deep/2.sql', 'two');
  write('migrations/notes.md', 'notes');
  write('compose/compose.yml', '');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

describe('a pattern', () => {
  it.each<[string, string, boolean]>([
    ['migrations/**', 'migrations/deep/2.sql', true],
    ['migrations', 'migrations/notes.md', true],
    ['migrations/1.sql', 'migrations/1.sql', true],
    ['migrations/**/*.sql', 'migrations/deep/2.sql', true],
    ['migrations/*.sql', 'migrations/deep/2.sql', false],
    ['migrations/**/*.sql', 'migrations/notes.md', false],
    ['**/*.sql', 'migrations/node_modules/x.sql', false],
    ['**/*.sql', 'more/3.sql', true],
  ])('%s: a change of %s counts: %s', (pattern, name, counts) => {
    const before = hashPattern(folder, pattern);
    write(name, 'changed');
    expect(hashPattern(folder, pattern) !== before).toBe(counts);
  });

  it('may lead out of the folder of the compose file', () => {
    expect(hashPattern(join(folder, 'compose'), '../migrations/**')).toBe(hashPattern(folder, 'migrations/**'));
    expect(hashPattern('/', join(folder, 'migrations/**'))).toBe(hashPattern(folder, 'migrations/**'));
  });

  it('does not count times, and counts names, links and what may be run', () => {
    const before = hashPattern(folder, 'migrations/**');
    utimesSync(join(folder, 'migrations/1.sql'), 1, 1);
    expect(hashPattern(folder, 'migrations/**')).toBe(before);
    chmodSync(join(folder, 'migrations/1.sql'), 0o755);
    const runnable = hashPattern(folder, 'migrations/**');
    symlinkSync('1.sql', join(folder, 'migrations/3.sql'));
    expect(new Set([before, runnable, hashPattern(folder, 'migrations/**')]).size).toBe(3);
  });

  it.each(['nothing/**', 'nothing', 'migrations/*.txt'])('%s that means nothing is refused', (pattern) => {
    expect(() => hashPattern(folder, pattern)).toThrow(`no file is meant by "${pattern}"`);
  });
});

it('of what is mounted also the absence counts', () => {
  const absent = hashMounted(join(folder, 'init'));
  write('init/a.sql', '');
  expect(hashMounted(join(folder, 'init'))).not.toBe(absent);
});
