import type { BigIntStats } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HashCache } from '../../../src/manager/build/hash-cache.js';

let stateDir = '';
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'dm-hashes-'));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

/** A file of long ago; only what says that its status was changed tells its contents apart. */
interface File {
  readonly content: string;
  readonly ctimeNs: bigint;
}

/** One walk over the files. @returns the generation of the copy that a builder may keep of them */
function walk(files: Readonly<Record<string, File>>): string {
  const cache = new HashCache(stateDir, '/srv/shop');
  for (const [path, { content, ctimeNs }] of Object.entries(files)) {
    const stat = { size: 3n, mtimeNs: 1_000_000n, ctimeNs, ino: 7n } as BigIntStats;
    expect(cache.get(path, stat, () => content)).toBe(content);
  }
  return cache.save();
}

it('a builder gets a new copy after each edit that keeps size and time, also of a file that was not read since the last', () => {
  const [a, b] = [
    { content: 'a-1', ctimeNs: 1n },
    { content: 'b-1', ctimeNs: 2n },
  ];
  const first = walk({ a, b });
  expect(walk({ a, b })).toBe(first);
  const second = walk({ a: { content: 'a-2', ctimeNs: 3n }, b });
  expect(second).not.toBe(first);
  const third = walk({ a: { content: 'a-2', ctimeNs: 3n }, b: { content: 'b-2', ctimeNs: 4n } });
  expect(third).not.toBe(second);
});
