import { expect, it } from 'vitest';
import { createManager, getDefaultManager } from '../../src/index.js';

it('is one for the whole process, and not one that somebody has made', () => {
  expect(getDefaultManager()).toBe(getDefaultManager());
  expect(createManager()).not.toBe(getDefaultManager());
});
