import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, contents } from '../../../scripts/action/bundle.mjs';

const CHECKED_IN = new URL('../../../action', import.meta.url).pathname;
/** What a job downloads with every use. Bytes. */
const LARGEST = 2 * 1024 * 1024;

describe('the bundle', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dm-bundle-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is what the sources give: `npm run bundle`', async () => {
    const sizes = await bundle(folder);
    const [made, kept] = [contents(folder), contents(CHECKED_IN)];
    const stale = [...new Set([...Object.keys(made), ...Object.keys(kept)])].filter(
      (path) => made[path] !== kept[path],
    );
    expect(stale, 'action/ is stale: run `npm run bundle` and commit it').toEqual([]);
    expect(Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(LARGEST);
  });

  it('needs no native file and no package', () => {
    const texts = Object.entries(contents(CHECKED_IN));
    expect(texts.map(([path]) => path).filter((path) => !/\.c?js$/.test(path))).toEqual([]);
    for (const [path, text] of texts) expect(text, path).not.toMatch(/(?:from|import)\s*["'](?:better-sqlite3|undici)/);
  });
});
