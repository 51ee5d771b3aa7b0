import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BLOCKS, CHECKED, PAGES, ROOT, read, UNCHECKED } from './pages.js';

const where = ({ page, line }: { readonly page: string; readonly line: number }) => `${page}:${line}`;

describe('every block of README.md and docs/', () => {
  it('names its language: text for what is printed', () => {
    const known: readonly string[] = [...CHECKED, ...UNCHECKED];
    expect(BLOCKS.filter(({ language }) => !known.includes(language)).map(where)).toEqual([]);
  });

  it('is run or checked by a test, or says on the line above why not', () => {
    const checked = BLOCKS.filter(({ language }) => (CHECKED as readonly string[]).includes(language));
    expect(checked.length).toBeGreaterThan(80);
    const unseen = checked.filter(({ check, reason }) => check === undefined && reason === undefined);
    expect(unseen.map(where)).toEqual([]);
  });

  it('is no command in disguise', () => {
    const printed = BLOCKS.filter(({ language }) => language === 'text');
    expect(
      printed.filter(({ text }) => /^\s*(?:\$ |npx |npm |docker |docker-manual \w)/m.test(text)).map(where),
    ).toEqual([]);
  });

  it('that another test runs is read by that test', () => {
    for (const { page, runBy } of BLOCKS) {
      if (runBy === undefined) continue;
      expect(existsSync(ROOT + runBy), runBy).toBe(true);
      expect(read(runBy), runBy).toContain(page);
    }
  });
});

describe('every link', () => {
  /** GitHub's rule, as far as headings of ours need it. */
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  const anchorsOf = (page: string) =>
    [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading));

  it.each(PAGES)('of %s leads to a file, and to a heading of it', (page) => {
    const text = read(page).replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '');
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path, heading] = target.split('#');
      const file = path ? new URL(path, `file:///${page}`).pathname.slice(1) : page;
      expect(existsSync(ROOT + file), `${page}: ${target}`).toBe(true);
      if (heading) expect(anchorsOf(file), `${page}: ${target}`).toContain(heading);
    }
  });
});

/** Pages that no line of the index names yet are put at its end by their titles: `npx vitest run test/docs -u`. */
it('docs/README.md leads to every page', async () => {
  const index = read('docs/README.md');
  const [before = '', after = ''] = index.split(/<!-- more: [^\n]*-->\n[\s\S]*<!-- end of more -->/);
  const linked = [...(before + after).matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => `docs/${name}`);
  const others = PAGES.filter((page) => !['README.md', 'docs/README.md', ...linked].includes(page));
  const lines = others.map(
    (page) => `- [${page.slice('docs/'.length)}](${page.slice('docs/'.length)}): ${/^# (.+)/m.exec(read(page))?.[1]}\n`,
  );
  const text = index.replace(
    /(<!-- more: [^\n]*-->\n)[\s\S]*(<!-- end of more -->)/,
    (_, begin, end) => `${begin}${lines.join('')}${end}`,
  );
  await expect(text).toMatchFileSnapshot('../../docs/README.md');
});
