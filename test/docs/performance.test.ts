import { expect, it } from 'vitest';
import { comparison, FIGURES } from './figures.js';
import { read } from './pages.js';

const PAGE = 'docs/performance.md';

/** Made from bench/results: `npx vitest run test/docs -u` after a bench. */
it('docs/performance.md has the figures of the raw files', async () => {
  const text = read(PAGE).replaceAll(
    /(<!-- figures: (.*?) -->\n)[\s\S]*?(<!-- end of figures -->)/g,
    (_, begin: string, name: string, end: string) => {
      const figures = FIGURES[name];
      if (figures === undefined) throw new Error(`no figures are called ${name}`);
      return `${begin}\n${figures()}\n\n${end}`;
    },
  );
  await expect(text).toMatchFileSnapshot(`../../${PAGE}`);
});

it('and shows each of them', () => {
  const shown = [...read(PAGE).matchAll(/^<!-- figures: (.*) -->$/gm)].map(([, name]) => name);
  expect(shown.toSorted()).toEqual(Object.keys(FIGURES).toSorted());
});

it('README.md compares by the same files', () => {
  expect(comparison().filter((cells) => !read('README.md').includes(cells))).toEqual([]);
});
