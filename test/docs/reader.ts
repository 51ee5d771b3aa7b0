import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { execa } from 'execa';
import ts from 'typescript';
import { CLI } from '../support/run-cli.js';
import { FIXTURE_IMAGE, POSTGRES_IMAGE, REDIS_IMAGE, type Scope } from '../support/scope.js';
import { fixture, POSTGRES_AND_REDIS } from '../support/stacks.js';
import { type Block, isProgram, ROOT } from './pages.js';

/** What the pages call by its public name is run by the image that is here for it. */
const IMAGES: Readonly<Record<string, string>> = {
  'postgres:16-alpine': POSTGRES_IMAGE,
  'redis:7-alpine': REDIS_IMAGE,
  'node:22-alpine': process.env.NODE_IMAGE ?? 'dm-test-node',
};

const BUILT = `
services:
  app:
    build:
      context: .
      dockerfile_inline: |
        FROM ${FIXTURE_IMAGE}
        COPY package.json /
`;

/** The compose file of a reader of this page; one that the page itself shows takes its place. */
function stackFor(steps: readonly Block[]): string {
  if (steps.some(({ page }) => page === 'docs/builds.md')) return BUILT;
  const done = steps.filter((step) => step.check === 'run' || isProgram(step));
  // What a remark behind a command speaks of is not used by it.
  const texts = done.map(({ text }) => text.replace(/\s#.*$/gm, ''));
  if (/postgres|redis|database|snapshot|reset/i.test(texts.join())) return POSTGRES_AND_REDIS;
  const others = ['api', 'worker'].filter((name) => new RegExp(`\\s${name}\\b`).test(texts.join('\n')));
  return fixture({}, others.map((name) => `  ${name}: { image: ${FIXTURE_IMAGE}, ports: ["8080"] }\n`).join(''));
}

/** A project in which a reader has installed this package and what the pages use beside it. */
export class Reader {
  readonly #folder: string;
  readonly #stateDir: string;

  constructor(scope: Scope, blocks: readonly Block[]) {
    this.#folder = join(scope.folder, 'shop');
    this.#stateDir = scope.stateDir;
    scope.file('shop/compose.yml', stackFor(blocks));
    const devDependencies = { 'docker-manual': '*', vitest: '*' };
    scope.file(
      'shop/package.json',
      JSON.stringify({ name: 'shop', type: 'module', scripts: { test: 'node -e 0' }, devDependencies }),
    );
    const modules = join(this.#folder, 'node_modules');
    mkdirSync(join(modules, '.bin'), { recursive: true });
    symlinkSync(ROOT, join(modules, 'docker-manual'));
    for (const name of readdirSync(join(ROOT, 'node_modules'))) {
      if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
    symlinkSync('../vitest/vitest.mjs', join(modules, '.bin/vitest'));
    const programs = {
      'docker-manual': `exec "${process.execPath}" "${CLI}" "$@"`,
      // What it would find is on the path; the real one costs a second each time, and newcomer.docker.test.ts goes its way.
      npx: 'exec "$@"',
    };
    for (const [name, line] of Object.entries(programs)) {
      writeFileSync(join(modules, '.bin', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    }
  }

  /** What a reader would do with a block: put it into a file, run it, or type it. */
  async follow(block: Block): Promise<void> {
    if (block.file !== undefined) this.#write(block);
    else if (isProgram(block)) await this.#run(block);
    else if (block.language === 'sh') await this.#type(block.text);
    else await this.#converse(block);
  }

  /** Puts the content of a block where the page says it belongs. */
  #write({ file = '', text }: Block): void {
    mkdirSync(dirname(join(this.#folder, file)), { recursive: true });
    const shown = Object.entries(IMAGES).reduce((all, [name, here]) => all.replaceAll(name, here), text);
    writeFileSync(join(this.#folder, file), shown);
  }

  /** Types commands into a shell. @throws with everything that was printed, where one fails */
  async #type(commands: string): Promise<string> {
    const { exitCode, all } = await execa('bash', ['-e', '-o', 'pipefail', '-c', commands], {
      cwd: this.#folder,
      reject: false,
      all: true,
      stdin: 'ignore',
      env: {
        PATH: `${this.#folder}/node_modules/.bin${delimiter}${process.env.PATH}`,
        DOCKER_MANUAL_HOME: this.#stateDir,
        DOCKER_MANUAL_WATCHDOG: 'off', // a process for each page, and nobody dies
        POSTGRES_IMAGE,
        REDIS_IMAGE,
        NO_COLOR: '1',
        FORCE_COLOR: undefined,
        CI: '',
        VITEST: undefined,
        VITEST_POOL_ID: undefined,
        VITEST_WORKER_ID: undefined,
      },
    });
    if (exitCode !== 0) throw new Error(`exit code ${exitCode} of:\n${commands}\n${all}`);
    return all;
  }

  /** Runs a program, in whatever language it is written. */
  async #run({ text }: Block): Promise<string> {
    const target = ts.ScriptTarget.ES2022;
    const { outputText } = ts.transpileModule(text, { compilerOptions: { target, module: ts.ModuleKind.ESNext } });
    writeFileSync(join(this.#folder, 'program.mjs'), outputText);
    return this.#type('node program.mjs');
  }

  /** Types what follows each "$ ", and compares the form of the answer: numbers and ids are others each time. */
  async #converse({ text, page, line }: Block): Promise<void> {
    for (const part of text.split(/^\$ /m).slice(1)) {
      const [typed = '', ...shown] = part.trimEnd().split('\n');
      const printed = await this.#type(typed);
      if (!formOf(shown).test(printed))
        throw new Error(`${page}:${line} shows something else than:\n$ ${typed}\n${printed}`);
    }
  }
}

/** … stands for anything, a number for any number, eight hexadecimal digits for any eight. */
export function formOf(lines: readonly string[]): RegExp {
  const forms = lines.map((line) =>
    line
      .split(/(…|-[0-9a-f]{8}\b|\d+(?:\.\d+)*|\s+)/)
      .map((part) => {
        if (part === '…') return '.*';
        if (/^-[0-9a-f]{8}$/.test(part)) return '-[0-9a-f]{8}';
        if (/^\d/.test(part)) return '\\d+(?:\\.\\d+)*';
        return part.trim() === '' ? '\\s*' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
      })
      .join(''),
  );
  return new RegExp(forms.join('\\s*'));
}
