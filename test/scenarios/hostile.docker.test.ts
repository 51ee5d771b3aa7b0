import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { FIXTURE_IMAGE, Scope } from '../support/scope.js';

/** Compose takes both; the first is one of its own options, and needs `compose up` for its inline config. */
const NAMES = ['--version', '..'];
const LINE = String.raw`\033[2J\033]0;title\007::set-output name=a::b\r::add-mask::c\0\n::stop-commands::d\n##[set-env name=e]f\n`;

const compose = (names: readonly string[], end: string) => `
services:
${names
  .map(
    (name) => `  "${name}":
    image: ${FIXTURE_IMAGE}
    entrypoint: ["sh", "-c", ${JSON.stringify(`printf '${LINE}'; printf '${LINE}' >&2; ${end}`)}]
    healthcheck: { test: ["CMD-SHELL", ${JSON.stringify(`printf '${LINE}'; test -e /healthy`)}], interval: 300ms }
    ports: ["8080"]
    configs: [inline]
`,
  )
  .join('')}
configs:
  inline: { content: "a: $$(touch /tmp/hit)" }
`;

it('a service may be called like an option or a folder', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', compose(NAMES, 'touch /healthy; sleep 1000'));
  await using lease = await scope.manager.acquire({ cwd: scope.folder, name: '../../x' });
  expect(lease.project).toMatch(/^x-[0-9a-f]{8}$/);
  expect(Object.keys(lease.services).sort()).toEqual(NAMES);
  expect(Object.keys(lease.env).filter((name) => !/^[A-Z_][A-Z0-9_]*$/.test(name))).toEqual([]);
});

it('a log line is no command, neither to a terminal nor to a runner, and a name no path', async () => {
  await using scope = new Scope();
  const file = scope.file('compose.yml', compose(NAMES.slice(1), 'sleep 2; exit 3'));
  const before = readdirSync(scope.folder).length;
  const args = ['start', '-f', file, '--state-dir', scope.stateDir];
  for (const more of [[], ['--json']]) {
    const { exitCode, stdout, stderr } = await runCli([...args, ...more], { env: { GITHUB_ACTIONS: 'true' } });
    const output = stdout + stderr;
    expect(exitCode).toBe(4);
    expect(output).toContain('set-output name=a::b');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(output).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|^\s*::|##\[/m);
  }
  const dossiers = join(scope.stateDir, 'dossiers');
  const [dossier = ''] = readdirSync(dossiers);
  expect(readdirSync(join(dossiers, dossier))).toContain('..-1.log');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
  expect(readFileSync(join(dossiers, dossier, '..-1.log'), 'utf8')).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
  expect(readdirSync(scope.folder)).toHaveLength(before + 1);
});
