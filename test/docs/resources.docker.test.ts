import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { Scope } from '../support/scope.js';
import { POSTGRES_AND_REDIS } from '../support/stacks.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const PAGE = readFileSync(`${ROOT}docs/resources.md`, 'utf8');
const PROGRAMS = [...PAGE.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => String(match[1]));

it('the programs of docs/resources.md print what they say', { timeout: 180_000 }, async () => {
  await using scope = new Scope();
  // Without health checks of its own, so that those of the page are seen.
  scope.file('compose.yml', POSTGRES_AND_REDIS.replace(/ {4}healthcheck.*\n/g, ''));
  scope.file('package.json', '{ "type": "module" }');
  mkdirSync(`${scope.folder}/node_modules`);
  symlinkSync(ROOT, `${scope.folder}/node_modules/docker-manual`);
  const env = { DOCKER_MANUAL_HOME: scope.stateDir };
  const printed: string[] = [];
  for (const [i, program] of PROGRAMS.entries()) {
    const file = scope.file(`program-${i}.mjs`, program);
    printed.push((await execa(process.execPath, [file], { cwd: scope.folder, env })).stdout);
  }
  expect(printed).toEqual([expect.stringMatching(/^MEMORY_FULL No room for /), 'healthy']);
});

it('its config file counts for every command', { timeout: 180_000 }, async () => {
  await using scope = new Scope();
  scope.file('compose.yml', POSTGRES_AND_REDIS);
  scope.file('docker-manual.config.yaml', /```yaml\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? '');
  const { stdout } = await runCli(['plan', '--json'], {
    cwd: scope.folder,
    env: { DOCKER_MANUAL_HOME: scope.stateDir },
  });
  const { hazards } = JSON.parse(stdout).data as { hazards: { service: string; kind: string; becomes: string }[] };
  const limits = hazards
    .filter(({ kind }) => kind === 'memory-limit')
    .map(({ service, becomes }) => [service, becomes]);
  expect(limits).toEqual([
    ['postgres', '512 MB'],
    ['redis', '64 MB'],
  ]);
});
