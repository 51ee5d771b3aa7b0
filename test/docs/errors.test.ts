import { expect, it } from 'vitest';
import { CATALOGUE, type ErrorFamily, EXIT_CODES } from '../../src/domain/errors.js';

/** docs/errors.md is made from the catalogue, so neither can have a code that the other lacks: `npx vitest run test/docs -u`. */
it('docs/errors.md is the catalogue', async () => {
  const families = Object.keys(EXIT_CODES) as ErrorFamily[];
  const sections = families.map((family) => {
    const entries = Object.entries(CATALOGUE).filter(([, entry]) => entry.family === family);
    const rows = entries.map(([code, { message, hint }]) => `### ${code}\n\n> ${message}\n\n${hint}`);
    return `## ${family} (exit code ${EXIT_CODES[family]})\n\n${rows.join('\n\n')}`;
  });
  const text = `# Errors

Every failure is one \`EnvironmentError\` with a \`code\`, a message that says what happened, and a hint that says what to do
next. With \`--json\` it is \`{ "success": false, "error": { "code", "message", "hint", "params", "step", "dossier" } }\`. A
command exits with the code of the error's family; 1 means a bug of docker-manual. Words in braces are filled in.

${sections.join('\n\n')}
`;
  await expect(text).toMatchFileSnapshot('../../docs/errors.md');
});
