import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROOT, read } from './pages.js';

it('docs/architecture.md names files that there are', () => {
  const named = [...read('docs/architecture.md').matchAll(/`((?:src|test)\/[\w./-]*)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(25);
  expect(named.filter((path) => !existsSync(ROOT + path))).toEqual([]);
});
