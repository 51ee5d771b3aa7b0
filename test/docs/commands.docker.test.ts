import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { CLI } from '../support/run-cli.js';
import { FIXTURE_IMAGE, Scope } from '../support/scope.js';
import { fixture, POSTGRES_AND_REDIS } from '../support/stacks.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const PAGES = ['README.md', ...readdirSync(`${ROOT}docs`).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);

/** Every line of a shell block that runs our command. */
function commandsOf(page: string): string[] {
  const blocks = [...readFileSync(ROOT + page, 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map(
    (match) => match[1] as string,
  );
  return blocks.flatMap((block) => block.split('\n')).filter((line) => line.includes('docker-manual '));
}

/** For pages about services that the one small web server does not stand for. */
const STACKS: Readonly<Record<string, string>> = {
  'docs/reset.md': POSTGRES_AND_REDIS,
  'docs/resources.md': POSTGRES_AND_REDIS,
  'docs/builds.md': `
services:
  app:
    build:
      context: .
      dockerfile_inline: |
        FROM ${FIXTURE_IMAGE}
        COPY package.json /
`,
};

/**
 * The commands of a page, in its order, in a project of their own: what a reader would type works as it is written.
 * An environment that a page's earlier command has started is there for its later ones.
 */
it.each(PAGES.filter((page) => commandsOf(page).length > 0))('the commands in %s work as written', async (page) => {
  await using scope = new Scope();
  scope.file('compose.yml', STACKS[page] ?? fixture());
  scope.file('package.json', '{ "name": "reader", "scripts": { "test": "node -e 0" } }');
  const shim = scope.file('node_modules/.bin/docker-manual', `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
  chmodSync(shim, 0o755);
  const env = {
    PATH: `${scope.folder}/node_modules/.bin${delimiter}${process.env.PATH}`,
    DOCKER_MANUAL_HOME: scope.stateDir,
  };
  for (const command of commandsOf(page)) {
    const result = await execa('sh', ['-c', command], { cwd: scope.folder, env, reject: false, stdin: 'ignore' });
    expect(result, command).toMatchObject({ exitCode: 0 });
  }
  await scope.manager.clean({ all: true });
});
