import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { Scope } from '../support/scope.js';
import { POSTGRES_AND_REDIS } from '../support/stacks.js';

it('spends at most four docker processes on an acquire and its release', async () => {
  const { stdout: real } = await execa('sh', ['-c', 'command -v docker']);
  const folder = mkdtempSync(join(tmpdir(), 'dm-count-'));
  const calls = join(folder, 'calls');
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "$*" >>"${calls}"\nexec ${real} "$@"\n`);
  chmodSync(join(folder, 'docker'), 0o755);
  try {
    await using scope = new Scope({ env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` } });
    scope.file('compose.yml', POSTGRES_AND_REDIS);
    const lease = await scope.manager.acquire({ cwd: scope.folder });
    await lease.release();
    const lines = readFileSync(calls, 'utf8').trim().split('\n');
    expect(lines.map((line) => / (config|create) /.exec(line)?.[1])).toEqual(['config', 'create']);
    expect(lines.length).toBeLessThanOrEqual(4);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
