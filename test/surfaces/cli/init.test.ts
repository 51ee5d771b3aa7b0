import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../../support/run-cli.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-init-'));
  writeFileSync(join(folder, 'compose.yml'), 'services: {}\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

function init(...args: string[]) {
  return runCli(['init', ...args], { cwd: folder, env: { DOCKER_MANUAL_HOME: join(folder, 'state') } });
}

function text(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

it.each([
  ['vitest', 'vitest.docker.config.mts', 'test/environment.example.test.ts'],
  ['jest', 'jest.docker.config.cjs', 'test/environment.example.test.js'],
  ['@playwright/test', 'playwright.docker.config.ts', 'test/environment.example.spec.ts'],
])('finds %s, writes a config file and an example, and says what to type next', async (runner, config, example) => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ devDependencies: { [runner]: '*' } }));
  const { exitCode, stdout } = await init('--name', 'shop');
  expect(exitCode).toBe(0);
  expect(parse(text('docker-manual.config.yaml'))).toEqual({ files: ['compose.yml'], name: 'shop' });
  expect(text(config)).toContain("files: ['compose.yml']");
  expect(text(example)).toContain('DM_PROJECT');
  expect(stdout).toMatch(new RegExp(`Next:\\n  npx docker-manual doctor\\n  npx .*${config}$`));
});

it('never overwrites: it shows what it would have written', async () => {
  writeFileSync(join(folder, 'docker-manual.config.json'), '{}');
  const { exitCode, stdout } = await init();
  expect(exitCode).toBe(0);
  expect(text('docker-manual.config.json')).toBe('{}');
  expect(existsSync(join(folder, 'docker-manual.config.yaml'))).toBe(false);
  expect(stdout).toContain('there is already one, left as it is');
  expect(stdout).toContain('    | files: ["compose.yml"]');
  expect(stdout).toContain('docker-manual test -- npm test');
});

it('writes nothing with --dry-run, nor where there is no compose file', async () => {
  const { data } = JSON.parse((await init('--dry-run', '--json')).stdout);
  expect(data.files).toMatchObject([{ path: 'docker-manual.config.yaml', done: 'planned' }]);
  expect(existsSync(join(folder, 'docker-manual.config.yaml'))).toBe(false);
  rmSync(join(folder, 'compose.yml'));
  expect(await init()).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('COMPOSE_FILE_MISSING') });
});
