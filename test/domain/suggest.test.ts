import { expect, it } from 'vitest';
import { suggest } from '../../src/domain/suggest.js';

it('suggests what was meant, and nothing far-fetched', () => {
  expect(suggest('waitTimout', ['waitTimeout', 'ttl'])).toBe('waitTimeout');
  expect(suggest('wbe', ['web', 'db'])).toBe('web');
  expect(suggest('zebra', ['waitTimeout', 'ttl'])).toBeUndefined();
});
