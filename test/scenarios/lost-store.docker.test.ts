import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectEngine } from '../../src/engine/docker-engine.js';
import { readConfig } from '../../src/manager/config.js';
import { createContext } from '../../src/manager/context.js';
import { Manager } from '../../src/manager/manager.js';
import { NO_TMPFS, Tmpfs } from '../store/support/tmpfs.js';
import { runCli } from '../support/run-cli.js';
import { leftovers, Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

describe('an environment outlives its database', () => {
  it('that was damaged: it is found again under the same store id, and can be stopped', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const lease = await scope.manager.acquire({ cwd: scope.folder, ttl: 600_000 });
    await scope.manager.close();
    writeFileSync(join(scope.stateDir, 'store.db'), 'garbage'.repeat(1000));

    const cli = (...args: string[]) => runCli(args, { cwd: scope.folder, env: { DOCKER_MANUAL_HOME: scope.stateDir } });
    const recovered = await cli('recover');
    expect(recovered).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`found again ${lease.project}`) });
    expect(recovered.stderr).toMatch(
      /the state database was damaged: it lies at \S+store\.db\.damaged-\d{8}T\d{6}Z now/,
    );
    const stopped = await cli('stop', lease.project);
    expect(stopped).toMatchObject({ exitCode: 0, stdout: `removed ${lease.project}: stopped`, stderr: '' });
  });

  it.skipIf(NO_TMPFS)(`whose disk is full: it can be ended all the same (${NO_TMPFS ?? 'on a tmpfs'})`, async () => {
    using disk = new Tmpfs('16m');
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const engine = connectEngine(process.env);
    const config = readConfig({ stateDir: join(disk.folder, 'state'), watchdog: false });
    const manager = new Manager(createContext(config, { engine }));
    const lease = await manager.acquire({ cwd: scope.folder });
    disk.fill();
    await expect(manager.acquire({ cwd: scope.folder })).rejects.toMatchObject({ code: 'STORE_FULL', exitCode: 7 });
    await lease.release();
    await manager.close();
    expect(await leftovers(config.stateDir, engine)).toEqual([]);
  });
});
