import { expect, it } from 'vitest';
import { type Judged, judge, mayHoldExceptions, parseIgnore } from '../../../src/domain/build/ignore.js';

/** Whether an entry is ignored, asked as the walk asks: from the top down. */
function ignored(text: string, path: string): boolean {
  const rules = parseIgnore(text);
  if (!rules) throw new Error('refused');
  let judged: Judged | undefined;
  path.split('/').forEach((_, i, parts) => {
    judged = judge(rules, parts.slice(0, i + 1).join('/'), judged);
  });
  return judged?.ignored === true;
}

// test/manager/build/context-hash.docker.test.ts asks the engine the same of random trees.
it.each([
  ['node_modules', 'node_modules/a/b', true],
  ['node_modules', 'web/node_modules', false],
  ['**/node_modules', 'web/node_modules/x', true],
  ['**/node_modules', 'my_node_modules', false],
  ['*.md', 'a.md', true],
  ['*.md', 'docs/a.md', false],
  ['**/*.md', 'docs/deep/a.md', true],
  ['*.md\n!README.md', 'README.md', false],
  ['!README.md\n*.md', 'README.md', true],
  ['docs\n!docs/a.md', 'docs/a.md', false],
  ['docs\n!docs/a.md', 'docs/b.md', true],
  ['/a', 'a', true],
  ['a/', 'a/x', true],
  ['./a/../b', 'b', true],
  ['a?c', 'abc', true],
  ['a?c', 'a/c', false],
  ['[ab].txt', 'a.txt', true],
  ['[^ab].txt', 'a.txt', false],
  ['a.c', 'abc', false],
  ['# a\n  b  ', 'b', true],
  [' #a', '#a', true],
  ['\\!a', '!a', true],
  ['*\n!src', 'src/x', false],
  ['*\n!src', 'other', true],
  ['src/**', 'src/x/y', true],
  ['src/**', 'src', false],
  ['**', 'anything', true],
  ['a/**/b', 'a/b', true],
  ['a/**/b', 'a/x/y/b', true],
  ['!../../a', 'a', true],
  ['b\n!../b', 'b', true],
  ['[ab]/**\n!*', 'b', false],
  ['[ab]/**\n!*', 'b/a', true],
])('%j on %s: %s', (text, path, is) => {
  expect(ignored(text, path)).toBe(is);
});

it.each(['!', '[a', '\\d', 'a\\'])('%j is left to the engine', (text) => {
  expect(parseIgnore(text)).toBe(undefined);
});

it.each([
  ['a', 'a', false],
  ['a\n!a/b/c', 'a', true],
  ['a\n!a/b/c', 'a/b', true],
  ['a\n!a/b/**', 'a/x', false],
  ['a\n!**/b', 'a', true],
])('%j: the ignored folder %s may hold exceptions: %s', (text, path, may) => {
  const rules = parseIgnore(text);
  expect(rules && mayHoldExceptions(rules, path)).toBe(may);
});
