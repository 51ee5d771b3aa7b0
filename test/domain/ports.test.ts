import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseBlock, type PortRange, parsePortRange } from '../../src/domain/ports.js';

const range = { first: 100, last: 199 };

describe('parsePortRange', () => {
  it.each([
    ['30000-40000', { first: 30000, last: 40000 }],
    ['5-5', { first: 5, last: 5 }],
    ['40000-30000', undefined],
    ['0-10', undefined],
    ['1-65536', undefined],
    ['30000', undefined],
  ])('%s', (text, expected) => {
    expect(parsePortRange(text)).toEqual(expected);
  });
});

describe('chooseBlock', () => {
  it('goes on behind the last block, so that a number is not reused at once', () => {
    expect(chooseBlock({ range, size: 3, taken: [], after: 149 })).toEqual({ first: 150, last: 152 });
  });

  it('begins again at the front when the end is reached', () => {
    expect(chooseBlock({ range, size: 3, taken: [], after: 198 })).toEqual({ first: 100, last: 102 });
  });

  it('takes ports that the kernel gives to clients only when nothing else is left', () => {
    const ephemeral = { first: 102, last: 500 };
    expect(chooseBlock({ range, size: 2, taken: [], after: 150, ephemeral })).toEqual({ first: 100, last: 101 });
    expect(chooseBlock({ range, size: 3, taken: [], after: 0, ephemeral })).toEqual({ first: 100, last: 102 });
  });

  it('finds a block exactly when there is a gap, and never one that overlaps', () => {
    const block = fc
      .tuple(fc.integer({ min: 90, max: 205 }), fc.integer({ min: 0, max: 12 }))
      .map(([first, more]) => ({ first, last: first + more }));
    fc.assert(
      fc.property(
        fc.array(block),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 300 }),
        (taken, size, after) => {
          const chosen = chooseBlock({ range, size, taken, after });
          const free = (p: number) =>
            p >= range.first && p <= range.last && !taken.some((t) => p >= t.first && p <= t.last);
          const fits = (first: number) => Array.from({ length: size }, (_, i) => first + i).every(free);
          const possible = Array.from({ length: 100 }, (_, i) => 100 + i).some(fits);
          expect(chosen !== undefined).toBe(possible);
          if (chosen) expect(fits((chosen as PortRange).first) && chosen.last - chosen.first + 1 === size).toBe(true);
        },
      ),
    );
  });
});
