import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parts as schemaParts } from '../../src/domain/options/config-schema.js';
import { ENTRIES } from '../../src/domain/options/table.js';
import type { Explanation } from '../../src/index.js';
import { runCli } from '../support/run-cli.js';
import { Scope } from '../support/scope.js';
import { blocksFor, blocksOf, ROOT } from './pages.js';

const PAGE = readFileSync(`${ROOT}docs/configuration.md`, 'utf8');

const cell = (text: string) => text.replaceAll('|', '\\|');
const code = (text: string | undefined) => (text === undefined ? '' : `\`${cell(text)}\``);

function keys(): string {
  const rows = Object.values(ENTRIES).flatMap(
    ({ key, flags, variable, default: written, otherwise, meaning, value }) => {
      if (key === undefined) return [];
      const values = value.choices ? `: ${value.choices.map(code).join(', ')}` : value.form ? `: ${value.form}` : '';
      const standard = written === undefined ? cell(otherwise ?? '') : code(written);
      return `| \`${key}\` | ${code(flags?.split(' ').find((word) => word.startsWith('--')))} | ${code(variable)} | ${standard} | ${cell(meaning)}${values} |`;
    },
  );
  const parts = Object.entries(schemaParts()).map(
    ([key, { description }]) => `| \`${key}\` |  |  |  | ${cell(description ?? '')} |`,
  );
  return ['| Key | Flag | Variable | Default | Meaning |', '|---|---|---|---|---|', ...rows, ...parts].join('\n');
}

it('docs/configuration.md has every key', async () => {
  const text = PAGE.replace(
    /(<!-- keys:[^\n]*\n)[\s\S]*(<!-- end of keys -->)/,
    (_, begin, end) => `${begin}\n${keys()}\n\n${end}`,
  );
  await expect(text).toMatchFileSnapshot('../../docs/configuration.md');
});

/** Every config file that a page shows, and those in TypeScript of its own page. */
const FILES = [
  ...blocksFor('config'),
  ...blocksOf('docs/configuration.md').filter(({ text }) => text.includes('export default defineConfig')),
].map((block) => ({ ...block, at: `${block.page}:${block.line}` }));

describe('every config file of the pages is right', () => {
  it('and there are some', () => expect(FILES.length).toBeGreaterThan(2));

  it.each(FILES)('$at', async ({ language, text }) => {
    await using scope = new Scope();
    scope.file('compose.yml', 'services: { web: { image: web } }');
    scope.file('package.json', '{ "name": "reader" }');
    mkdirSync(`${scope.folder}/node_modules`);
    symlinkSync(ROOT, `${scope.folder}/node_modules/docker-manual`);
    // The blocks in TypeScript have no types in them, so that any Node can run them here.
    scope.file(`docker-manual.config.${language === 'ts' ? 'mjs' : language}`, text);
    const { stdout } = await runCli(['config', '--json', '--state-dir', scope.stateDir], { cwd: scope.folder });
    const { data, error } = JSON.parse(stdout) as { data: Explanation; error?: unknown };
    expect(error).toBeUndefined();
    expect(data.configFile).toContain('docker-manual.config.');
    expect(data.settings.filter(({ from }) => from.includes(' in ')).length).toBeGreaterThan(0);
  });
});
