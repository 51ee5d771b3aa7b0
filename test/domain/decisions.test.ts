import { describe, expect, it } from 'vitest';
import { type Choice, decided, decidedByName } from '../../src/domain/decisions.js';

type Word = 'fresh' | 'share';

describe('a decision', () => {
  it.each<[string, Choice<Word> | undefined, string[], Word | undefined, Word | undefined]>([
    ['none', undefined, ['a'], undefined, undefined],
    ['for all', 'fresh', ['a'], 'fresh', undefined],
    ['by name', { a: 'fresh' }, ['a'], 'fresh', 'fresh'],
    ['by the second name', { b: 'fresh' }, ['a', 'b'], 'fresh', 'fresh'],
    ['by the first of two names', { a: 'fresh', b: 'share' }, ['a', 'b'], 'fresh', 'fresh'],
    ['of another', { b: 'fresh' }, ['a'], undefined, undefined],
    ['for the rest', { b: 'fresh', '*': 'share' }, ['a'], 'share', undefined],
    ['by name before the rest', { a: 'fresh', '*': 'share' }, ['a'], 'fresh', 'fresh'],
    ['not of what every object has', { b: 'fresh' }, ['constructor', '__proto__', 'toString'], undefined, undefined],
  ])('%s', (_, choice, names, word, named) => {
    expect(decided(choice, ...names)).toBe(word);
    expect(decidedByName(choice, ...names)).toBe(named);
  });
});
