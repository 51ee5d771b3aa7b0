import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../support/run-cli.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-unavailable-'));
  writeFileSync(join(folder, 'compose.yml'), 'services: { web: { image: none } }\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function cli(...args: string[]) {
  const env = { DOCKER_MANUAL_HOME: join(folder, 'state'), DOCKER_HOST: `unix://${folder}/none.sock` };
  return runCli(args, { cwd: folder, env });
}

const command = () => ['--', process.execPath, '-e', `require('fs').writeFileSync('${folder}/ran', '')`];

describe('run without an engine', () => {
  it('fails, and says which engine was asked and why', async () => {
    const result = await cli('run', ...command());
    expect(result).toMatchObject({ exitCode: 3, stdout: '' });
    expect(result.stderr).toContain(
      `No Docker engine answers at unix://${folder}/none.sock (from DOCKER_HOST): connect ENOENT`,
    );
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  it('with --on-unavailable skip does not run the command, says so in one line and ends well', async () => {
    const result = await cli('run', '--on-unavailable', 'skip', ...command());
    expect(result).toMatchObject({ exitCode: 0, stdout: '' });
    const lines = result.stderr.split('\n').filter((line) => line !== 'docker-manual: starting');
    expect(lines).toEqual([expect.stringMatching(/^skipped, not run: \S+ -e .*: No Docker engine answers at unix:/)]);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  it('with --start-engine says that nothing here would start the one that is named', async () => {
    const result = await cli('start', '--start-engine');
    expect(result).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('nothing on this machine would start it'),
    });
  });
});
