import { existsSync } from 'node:fs';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { type Block, blocksFor, ROOT } from './pages.js';

const FOLDER = `${ROOT}.docs-check/`;

/** What pages take for granted: an environment that is held, and packages of the reader's own. */
const GIVEN = `
import type { Lease, Manager } from 'docker-manual';
import 'docker-manual/vitest';
declare global {
  var manager: Manager;
  var lease: Lease;
  var getDefaultManager: () => Manager;
}
`;
const PACKAGES = `declare module '@playwright/test' { export const defineConfig: any; export const test: any; export const expect: any; }
declare module 'testcontainers' { export const DockerComposeEnvironment: any; export const Wait: any; }
declare module 'dockest' { export const Dockest: any; export const sleepWithLog: any; }
`;

function nameOf({ language, text }: Block, at: number): string {
  const kind = language === 'ts' ? 'mts' : text.includes('module.exports') ? 'cjs' : 'mjs';
  return `${FOLDER}block-${at}.${kind}`;
}

/** What TypeScript says of each block, as part of one program with the types that are built. */
function complaints(blocks: readonly Block[]): string[] {
  const files = new Map(blocks.map((block, i) => [nameOf(block, i), block]));
  const texts = new Map(
    [...files].map(([name, { text }]) => [name, name.endsWith('cjs') ? text : `${text}\nexport {};\n`]),
  );
  texts.set(`${FOLDER}given.mts`, GIVEN).set(`${FOLDER}packages.d.ts`, PACKAGES);
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.NodeNext,
    strict: true,
    noImplicitAny: false,
    allowJs: true,
    checkJs: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [`${ROOT}node_modules/@types`],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = texts.get(name);
    return text === undefined ? getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const block = files.get(file?.fileName ?? '');
    const line = file ? ts.getLineAndCharacterOfPosition(file, start).line : 0;
    const place = block ? `${block.page}:${block.line + line + 1}` : (file?.fileName ?? 'options');
    return `${place} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

const MISTAKE = "await manager.acquire({ fiels: ['compose.yml'] });";

it('the programs of the pages fit the types of the package, and a mistake in one would be found', {
  timeout: 180_000,
}, () => {
  expect(existsSync(`${ROOT}dist/index.d.ts`), 'npm run build').toBe(true);
  const blocks = blocksFor('types');
  expect(blocks.length).toBeGreaterThan(20);
  const mistaken = { ...(blocks[0] as Block), page: 'mistaken', language: 'ts', text: MISTAKE };
  expect(complaints([...blocks, mistaken])).toEqual([expect.stringMatching(/^mistaken:.*'fiels' does not exist/)]);
});
