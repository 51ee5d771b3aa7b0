import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { PrivateEngine } from '../../scripts/private-engine.mjs';
import { connectEngine } from '../../src/engine/docker-engine.js';
import { FIXTURE_IMAGE, NEVER, Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

const missing = PrivateEngine.missing();

describe.skipIf(missing !== undefined)(`a private engine ${missing ?? ''}`, () => {
  it('runs environments that the main engine knows nothing of, and leaves no trace', async () => {
    let folder = '';
    {
      await using engine = await PrivateEngine.start({ images: [FIXTURE_IMAGE] });
      folder = engine.folder;
      await using scope = new Scope({ env: engine.env });
      scope.file('compose.yml', fixture());
      await using lease = await scope.manager.acquire({ cwd: scope.folder });
      expect(traces(basename(folder))).not.toEqual([]);
      const all = await connectEngine(process.env).containers({}, NEVER);
      expect(all.filter((c) => c.name.startsWith(lease.project))).toEqual([]);
      const url = `http://127.0.0.1:${lease.services.web?.ports['8080/tcp']}/`;
      const [command, ...args] = engine.inside(process.execPath, [
        '-e',
        `fetch('${url}').then((r) => console.log(r.status))`,
      ]);
      expect((await execa(command, args)).stdout).toBe('200');
      await expect(fetch(url)).rejects.toThrow();
    }
    expect(existsSync(folder)).toBe(false);
    expect(traces(basename(folder))).toEqual([]);
  });

  it('can be frozen, killed and started again', async () => {
    await using engine = await PrivateEngine.start({ images: [FIXTURE_IMAGE] });
    const client = connectEngine(engine.env);
    engine.freeze();
    await expect(client.ping(NEVER)).rejects.toMatchObject({ code: 'ENGINE_HUNG' });
    engine.thaw();
    await client.ping(NEVER);
    execFileSync('docker', ['run', '-d', '--name', 'survivor', FIXTURE_IMAGE], { env: engine.env });
    await engine.kill();
    await expect(client.ping(NEVER)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    await engine.up();
    expect((await client.containers({}, NEVER)).map((c) => c.name)).toEqual(['survivor']);
    engine.freeze();
    await engine.restart();
    await client.ping(NEVER);
  });

  it('can have a disk that is full', async () => {
    await using engine = await PrivateEngine.start({ images: [FIXTURE_IMAGE], tmpfs: '24m' });
    await engine.fillDisk();
    const create = () => execa('docker', ['create', FIXTURE_IMAGE], { env: engine.env });
    await expect(create()).rejects.toThrow(/no space left on device/);
    await engine.freeDisk();
    await create();
  });

  it('says why it does not come up', async () => {
    await expect(PrivateEngine.start({ args: ['--no-such-option'] })).rejects.toThrow(/unknown flag: --no-such-option/);
  });
});

/** Everything by which an engine can be seen on the machine. */
function traces(name: string): string[] {
  const groups = readdirSync('/sys/fs/cgroup').map((controller) => join('/sys/fs/cgroup', controller, name));
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const processes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid));
  return [
    ...[join('/sys/fs/cgroup', name), ...groups].filter((folder) => existsSync(folder)),
    ...mounts.filter((line) => line.includes(name)),
    ...processes.map(commandLine).filter((command) => command.includes(name)),
  ];
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has ended meanwhile
  }
}
