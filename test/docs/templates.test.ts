import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { program } from '../../src/surfaces/cli/program.js';
import { ROOT, read } from './pages.js';

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: { readonly label?: string };
  }[];
}

const FORMS = readdirSync(`${ROOT}.github/ISSUE_TEMPLATE`).filter((name) => name !== 'config.yml');

describe('the form for issues', () => {
  it.each(FORMS)('%s is one that GitHub accepts', (name) => {
    const { body, ...rest } = parse(read(`.github/ISSUE_TEMPLATE/${name}`)) as Form;
    expect(rest).toMatchObject({ name: expect.any(String), description: expect.any(String) });
    const fields = body.filter(({ type }) => type !== 'markdown');
    for (const { type, attributes } of fields) {
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
      expect(attributes.label).toBeTypeOf('string');
    }
    expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
  });

  it('asks for what doctor prints', () => {
    expect(program().commands.map((command) => command.name())).toContain('doctor');
    expect(read('.github/ISSUE_TEMPLATE/bug.yml')).toContain('docker-manual doctor --json');
  });
});

it('the changelog has the version of package.json', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(read('CHANGELOG.md')).toContain(version);
});
