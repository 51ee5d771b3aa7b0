import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/domain/duration.js';

describe('duration', () => {
  it.each([
    ['90', 90_000],
    ['500ms', 500],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['1.5s', 1500],
    ['soon', undefined],
    ['5 s', undefined],
    ['', undefined],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each([
    [4200, '4.2s'],
    [90_000, '1m30s'],
    [7_199_800, '2h'],
    [200_000_000, '2d7h'],
  ])('%i ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});
