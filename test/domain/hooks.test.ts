import { expect, it } from 'vitest';
import { wordsOf } from '../../src/domain/hooks.js';

it.each([
  ['npm run migrate', ['npm', 'run', 'migrate']],
  [`  psql -c 'SELECT 1; -- "x"'  `, ['psql', '-c', 'SELECT 1; -- "x"']],
  [`node -e "a && b" it''s`, ['node', '-e', 'a && b', 'its']],
  [`say ""`, ['say', '']],
])('%s is a program and its arguments', (line, words) => {
  expect(wordsOf(line)).toEqual(words);
});

it.each(['a | b', 'a && b', 'echo $HOME', 'rm *.log', 'a > b', 'echo "$HOME"', 'a\\ b', `it's`, '~/x', '', '  '])(
  '%s is for a shell, or nothing',
  (line) => {
    expect(wordsOf(line)).toBeUndefined();
  },
);
