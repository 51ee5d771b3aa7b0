import { describe, expect, it } from 'vitest';
import { type Declared, type Door, doors } from './declarations.js';

const DOORS = doors();
const KINDS = { class: 'Classes', function: 'Functions', type: 'Types', value: 'Values' } as const;

/** Whose declarations stand on the page: each once, under the first door that exports it. */
const NAMES = new Set(DOORS.flatMap((door) => [...door.exports, ...door.bases].map(({ name }) => name)));

function section({ name, text, declaration }: Declared): string {
  const used = [...new Set(declaration.match(/\b[A-Z]\w+\b/g))].filter((each) => each !== name && NAMES.has(each));
  const links = used.map((each) => `[${each}](#${each.toLowerCase()})`);
  return [
    `#### ${name}`,
    ...(text ? [text] : []),
    `<!-- not run: a declaration -->\n\`\`\`ts\n${declaration}\n\`\`\``,
    ...(links.length > 0 ? [links.join(' · ')] : []),
  ].join('\n\n');
}

function chapter({ name, exports, bases }: Door, before: readonly Door[]): string {
  const all = (door: Door) => [...door.exports, ...door.bases].map((each) => each.name);
  const shown = new Set(before.flatMap(all));
  const isNew = (each: Declared) => !shown.has(each.name) || each.kind === 'function';
  const own = exports.filter(isNew);
  const kinds = Object.entries(KINDS).flatMap(([kind, title]) => {
    const members = own.filter((each) => each.kind === kind).sort((a, b) => a.name.localeCompare(b.name));
    return members.length > 0 ? [`### ${title}`, ...members.map(section)] : [];
  });
  const extended = bases.filter(isNew).sort((a, b) => a.name.localeCompare(b.name));
  const under = extended.length > 0 ? ['### What these extend', 'Not exported by name.', ...extended.map(section)] : [];
  return [`## ${name}`, ...kinds, ...under].join('\n\n');
}

/** Made from the docstrings: `npm run build && npx vitest run test/docs/api.test.ts -u`. */
it('docs/api.md is what the package exports', async () => {
  const text = `# API

Everything that the package exports, by the door through which it is imported; made from the docstrings of the source. Times are
milliseconds and sizes bytes where nothing else is said. What goes wrong is an \`EnvironmentError\` with one of the codes of
[errors.md](errors.md). To begin with: [getDefaultManager](#getdefaultmanager), [Manager](#manager), [Lease](#lease),
[AcquireOptions](#acquireoptions); for test runners [RunOptions](#runoptions), and [runners.md](runners.md).

${DOORS.map((door, i) => chapter(door, DOORS.slice(0, i))).join('\n\n')}
`;
  await expect(text).toMatchFileSnapshot('../../docs/api.md');
});

describe('every export has a docstring', () => {
  it.each(DOORS)('$name', ({ exports }) => {
    const silent = exports.filter(({ text }) => text === '').map(({ name }) => name);
    const methods = exports.flatMap(({ name, silent: own }) => own.map((method) => `${name}.${method}`));
    expect([...silent, ...methods.filter((method) => !method.endsWith('.[Symbol.asyncDispose]'))]).toEqual([]);
  });
});
