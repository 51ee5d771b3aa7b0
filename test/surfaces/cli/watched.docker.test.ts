import { existsSync, mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { CLI, runCli } from '../../support/run-cli.js';
import { FIXTURE_IMAGE, leftovers, Scope } from '../../support/scope.js';
import { fixture } from '../../support/stacks.js';

const ROOT = new URL('../../../', import.meta.url).pathname;

function environment(scope: Scope): Record<string, string> {
  return { DOCKER_MANUAL_HOME: scope.stateDir, DOCKER_MANUAL_WATCHDOG: 'off', NO_COLOR: '1', CI: '' };
}

function inScope(scope: Scope) {
  return (...args: string[]) => runCli(args, { cwd: scope.folder, env: environment(scope) });
}

function begin(scope: Scope, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return execa(process.execPath, [CLI, ...args], {
    cwd: scope.folder,
    env: { ...environment(scope), ...env },
    reject: false,
    stdin: 'ignore',
  });
}

/** Hears all that a process says, from its beginning. */
class Listener {
  text = '';
  #heard: () => void = () => {};
  #ended = false;

  constructor(child: {
    readonly stdout: Readable;
    readonly stderr: Readable;
    on(event: 'exit', end: () => void): unknown;
  }) {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        this.text += String(chunk);
        this.#heard();
      });
    }
    child.on('exit', () => {
      this.#ended = true;
      this.#heard();
    });
  }

  /** Resolves when it has said something more, or ended. */
  next(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#heard = resolve;
    });
  }

  async until(words: string | RegExp): Promise<void> {
    while (!(typeof words === 'string' ? this.text.includes(words) : words.test(this.text))) {
      if (this.#ended) throw new Error(`it has ended without ${words}: ${this.text}`);
      await this.next();
    }
  }
}

describe('status --watch', () => {
  it('prints one line per change, and ends with 130 on Ctrl-C', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const cli = inScope(scope);
    await cli('start', '--name', 'shop');
    const watching = begin(scope, ['status', '--watch']);
    const heard = new Listener(watching);
    await heard.until(/^shop-\w+: ready, web (running|healthy)$/m);
    await cli('stop');
    await heard.until(/^shop-\w+: gone$/m);
    watching.kill('SIGINT');
    expect(await watching).toMatchObject({ exitCode: 130 });
    const lines = heard.text.trim().split('\n');
    expect(lines).toEqual(lines.filter((line, i) => line !== lines[i - 1]));
  });

  it('prints one document per change with --json', async () => {
    await using scope = new Scope();
    const watching = begin(scope, ['status', '--watch', '--json']);
    const heard = new Listener(watching);
    await heard.until('\n');
    watching.kill('SIGTERM');
    expect(await watching).toMatchObject({ exitCode: 143 });
    expect(JSON.parse(heard.text)).toMatchObject({ success: true, data: { leases: [], queued: [] } });
  });

  it('draws the table anew on a terminal', async () => {
    await using scope = new Scope();
    const watching = execa(
      'python3',
      [join(ROOT, 'scripts/runners/terminal.py'), process.execPath, CLI, 'status', '--watch'],
      { cwd: scope.folder, env: { ...environment(scope), TERM: 'xterm' }, reject: false },
    );
    const heard = new Listener(watching);
    const table = '\u001b[HNo environments';
    await heard.until(table);
    const once = heard.text.length;
    while (heard.text.indexOf(table, once - 1) < 0) await heard.next();
    watching.stdin?.end('\u0003');
    expect(await watching).toMatchObject({ exitCode: 130 });
  });
});

describe('--quiet and --verbose', () => {
  it('print nothing but the result, or every step and call', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const cli = inScope(scope);
    const started = await cli('start', '--quiet', '--name', 'shop');
    expect(started).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^shop-\w+ ready in/) });
    expect(await cli('stop', '-q')).toMatchObject({ stderr: '', stdout: expect.stringMatching(/^removed shop-\w+/) });
    const ran = await cli('run', '--verbose', '--', 'true');
    expect(ran.exitCode).toBe(0);
    for (const words of ['step: claim', /engine: image \S+ \(\d+ ms\)/, /engine: create \(\d+ ms\)/, /: ready in/]) {
      expect(ran.stderr).toMatch(words);
    }
    expect((await cli('clean', '--verbose')).stderr).toMatch(/engine: containers \(\d+ ms\)/);
    const wrong = await cli('stop', '--quiet', 'nope');
    expect(wrong).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(/^error LEASE_NOT_FOUND/) });
  });
});

describe('a removal and Ctrl-C', () => {
  /** Its hook says that the removal has begun, and takes its time. */
  async function slowly(scope: Scope, seconds: number): Promise<() => Promise<void>> {
    scope.file('compose.yml', fixture());
    mkdirSync(join(scope.folder, 'signs'));
    const hook = JSON.stringify(['sh', '-c', `: >${scope.folder}/signs/begun; exec sleep ${seconds}`]);
    scope.file('docker-manual.config.yaml', `name: shop\nhooks: { beforeStop: ${hook} }\n`);
    await inScope(scope)('start');
    const folder = join(scope.folder, 'signs');
    return () =>
      new Promise((resolve) => {
        const watcher = watch(folder, look);
        function look() {
          if (!existsSync(join(folder, 'begun'))) return;
          watcher.close();
          resolve();
        }
        look();
      });
  }

  it('is finished and said to be', async () => {
    await using scope = new Scope();
    const begun = await slowly(scope, 1);
    const stopping = begin(scope, ['stop']);
    await begun();
    stopping.kill('SIGINT');
    const { exitCode, stdout, stderr } = await stopping;
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^removed shop-\w+: stopped/) });
    expect(stderr).toContain('Ctrl-C: removing what has been begun, then ending (again to leave at once)');
  });

  it('leaves the rest to the watchdog at the second one', async () => {
    await using scope = new Scope();
    const begun = await slowly(scope, 20);
    const stopping = begin(scope, ['stop'], { DOCKER_MANUAL_WATCHDOG: 'on' });
    await begun();
    const watching = begin(scope, ['status', '--watch']);
    const [heard, seen] = [new Listener(stopping), new Listener(watching)];
    await seen.until(': stopping');
    stopping.kill('SIGINT');
    await heard.until('again to leave at once');
    stopping.kill('SIGINT');
    const { exitCode, stderr } = await stopping;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('what is left is removed by the watchdog');
    await seen.until(': gone');
    watching.kill('SIGINT');
    await watching;
    expect(await leftovers(scope.stateDir, scope.engine)).toEqual([]);
  });
});

describe('logs of an environment that is gone', () => {
  it('are those that its failed start has left, of the services that are asked for', async () => {
    await using scope = new Scope();
    const entrypoint = ['sh', '-c', 'echo farewell; exit 3'];
    scope.file('compose.yml', JSON.stringify({ services: { web: { image: FIXTURE_IMAGE, entrypoint } } }));
    const cli = inScope(scope);
    const failed = await cli('start', '--name', 'shop');
    expect(failed.exitCode).toBe(4);
    const project = /shop-[0-9a-f]{8}/.exec(failed.stderr)?.[0] as string;
    const logs = await cli('logs', project, 'web');
    expect(logs).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('web-1 | farewell') });
    expect(logs.stderr).toMatch(new RegExp(`${project} is gone; from .*/dossiers/${project}-`));
    expect((await cli('logs', project, 'other')).stdout).toBe('');
    expect(await cli('logs', 'nothing-00000000')).toMatchObject({ exitCode: 5 });
  });
});

describe('test', () => {
  it('without a command is npm test, in an environment', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    scope.file('package.json', '{ "name": "shop", "scripts": { "test": "node -p process.env.DM_PROJECT && exit 7" } }');
    const { exitCode, stdout } = await inScope(scope)('test', '--name', 'shop');
    expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: expect.stringMatching(/^shop-[0-9a-f]{8}$/m) });
  });
});
