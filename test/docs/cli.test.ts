import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { ENTRIES, type OptionEntry } from '../../src/domain/options/table.js';
import { program } from '../../src/surfaces/cli/program.js';

const cell = (text: string) => text.replaceAll('|', '\\|');
const code = (text: string | undefined) => (text === undefined ? '' : `\`${cell(text)}\``);

function row({ flags, variable, key, default: written, otherwise, meaning, value }: OptionEntry): string {
  const values = value.choices ? `: ${value.choices.map(code).join(', ')}` : value.form ? `: ${value.form}` : '';
  const standard = written === undefined ? cell(otherwise ?? '') : code(written);
  return `| ${code(flags)} | ${code(variable)} | ${code(key)} | ${standard} | ${cell(meaning)}${values} |`;
}

function section(command: Command): string {
  const aliases = command.aliases().map((alias) => `, also \`${alias}\``);
  const flags = command.options.map((option) => code(option.long ?? option.flags)).join(' ');
  const usage = `docker-manual ${command.name()} ${command.usage()}`;
  return `### ${command.name()}${aliases}\n\n${command.description()}\n\n    ${usage}\n\n${flags || 'No options.'}`;
}

/** docs/cli.md is made from the table of options and the commands: `npx vitest run test/docs -u`. */
it('docs/cli.md is the table of options, and every command', async () => {
  const text = `# Command line, variables and config keys

Made from the one table that the command line, the config file and the API are read by. An option counts in this order:
what was typed (or given to the API), the variable, the config file, the default. What each command says of itself is in
\`docker-manual COMMAND --help\`.

## Options

| Flag | Variable | Config key | Default | Meaning |
|---|---|---|---|---|
${Object.values(ENTRIES).map(row).join('\n')}

## Commands

${program().commands.map(section).join('\n\n')}
`;
  await expect(text).toMatchFileSnapshot('../../docs/cli.md');
});

describe('the table', () => {
  const used = program().commands.flatMap((command) => command.options.map((option) => option.flags));

  it('has every option of every command, and none that no command takes', () => {
    const listed = Object.values(ENTRIES).flatMap(({ flags }) => flags ?? []);
    expect([...new Set(used)].sort()).toEqual([...listed].sort());
  });

  it('has defaults that its own checks accept', () => {
    for (const [name, { default: written, value }] of Object.entries(ENTRIES)) {
      if (written !== undefined) expect(value.read(written), name).not.toBeUndefined();
    }
  });

  it.each(['flags', 'variable', 'key'] as const)('names no two options by the same %s', (column) => {
    const names = Object.values(ENTRIES).flatMap((entry) => entry[column] ?? []);
    expect(new Set(names).size).toBe(names.length);
  });
});
