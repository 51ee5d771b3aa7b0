import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import { type AcquireOptions, createManager, type EnvironmentError } from '../../src/index.js';
import { runCli } from '../support/run-cli.js';
import { FIXTURE_IMAGE, NEVER, Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

const script = (name: string, command: string, more = '') =>
  `  ${name}:\n    image: ${FIXTURE_IMAGE}\n    entrypoint: ["sh", "-c", ${JSON.stringify(command)}]\n    healthcheck: { disable: true }\n${more}`;

async function failure(scope: Scope, compose: string, options: AcquireOptions = {}): Promise<EnvironmentError> {
  scope.file('compose.yml', compose);
  const acquiring = scope.manager.acquire({ cwd: scope.folder, name: 'shop', waitTimeout: 20_000, ...options });
  return acquiring.then(
    () => Promise.reject(new Error('it was to fail')),
    (error) => error as EnvironmentError,
  );
}

const read = (error: EnvironmentError, name: string) => readFileSync(join(error.dossier as string, name), 'utf8');

describe('the dossier of a real failure', () => {
  it('of a crash has the whole log and the exit code', async () => {
    await using scope = new Scope();
    const error = await failure(
      scope,
      fixture({ CRASH_AFTER: '0.2', CRASH_CODE: '7', HEALTHY_AFTER: '30', LOG_LINES: '3000' }),
    );
    expect(error).toMatchObject({ code: 'SERVICE_FAILED', step: 'start' });
    expect(error.message).toMatch(/^Service "web" exited with code 7\.\n[\s\S]*\| crashing with 7\n[\s\S]*full logs: /);
    const log = read(error, 'web-1.log').split('\n');
    expect(log.filter((line) => /^line \d+ of 3000$/.test(line))).toHaveLength(3000);
    expect(log).toContain('crashing with 7');
    const detail = JSON.parse(read(error, 'web-1.json'));
    expect(detail).toMatchObject({ exitCode: 7, image: FIXTURE_IMAGE, command: ['/entry.sh'], status: 'exited' });
    expect(detail.networks).toEqual([expect.stringMatching(/^shop-.*_default$/)]);
    const events = read(error, 'events.ndjson').trim().split('\n');
    const actions = events.map((line) => JSON.parse(line)).flatMap((e) => e.event?.action ?? []);
    expect(actions).toEqual(expect.arrayContaining(['start', 'die']));
  });

  it('of a service that is never healthy has every probe with its output', async () => {
    await using scope = new Scope();
    // On one stream: the engine mixes two as they come, in the middle of a line too.
    const check =
      'healthcheck: { test: ["CMD-SHELL", "echo probing >&2; nosuchprogram"], interval: 200ms, retries: 2 }';
    const error = await failure(scope, fixture({}, `    ${check}\n`), { waitTimeout: 4000 });
    expect(error.code).toBe('READY_TIMEOUT');
    expect(error.message).toMatch(/last health probe of web \(exit code 127\): [\s\S]*probing\n/);
    expect(error.message).toMatch(/likely cause: there is no program nosuchprogram in the image/);
    const { healthLog } = JSON.parse(read(error, 'web-1.json'));
    expect(healthLog.length).toBeGreaterThan(1);
    expect(healthLog[0]).toMatchObject({ exitCode: 127, output: expect.stringContaining('probing') });
  });

  it('of a one-shot that fails names it, and not what waits for it', async () => {
    await using scope = new Scope();
    const init = script('init', 'echo \'ERROR:  relation "users" does not exist\'; exit 1');
    const waits = '    depends_on: { init: { condition: service_completed_successfully } }\n';
    const error = await failure(scope, fixture({}, waits + init));
    expect(error).toMatchObject({ code: 'SERVICE_FAILED', params: { service: 'init' } });
    expect(error.message).toContain('first error of init: ERROR:  relation "users" does not exist');
    expect(error.message).not.toContain('of web');
    expect(readdirSync(error.dossier as string)).toEqual(expect.arrayContaining(['init-1.log', 'web-1.json']));
  });

  it('of an OOM kill says so', async () => {
    await using scope = new Scope();
    const eat = script(
      'hungry',
      'x=0123456789; while :; do x=$$x$$x; done',
      '    mem_limit: 16m\n    memswap_limit: 16m\n',
    );
    const error = await failure(scope, `services:\n${eat}`);
    expect(error.code).toBe('SERVICE_FAILED');
    expect(error.message).toContain('killed for using too much memory (OOM)');
    expect(error.message).toContain('likely cause: the kernel killed it');
    // The engine tells of the kill before the exit: the code may not be there yet.
    expect(JSON.parse(read(error, 'hungry-1.json'))).toMatchObject({ oomKilled: true });
  });

  it('holds no secret, wherever the container writes it', async () => {
    await using scope = new Scope();
    const canary = 'cAnArY-77$x';
    const leak = 'echo "with $$DB_PASSWORD"; echo "ERROR: login $$DB_PASSWORD refused" >&2; exit 1';
    const more = `    environment: { DB_PASSWORD: "${canary.replace('$', '$$$$')}" }\n    labels: { api.token: label-canary }\n`;
    const error = await failure(scope, `services:\n${script('leaky', leak, more)}`);
    const names = readdirSync(error.dossier as string);
    const shown = [error.message, JSON.stringify(error), ...names.map((name) => read(error, name))].join('\n');
    expect(shown).toContain('ERROR: login *** refused');
    expect(shown).not.toMatch(/cAnArY|label-canary/);
  });

  it('is written as far as it goes when the engine dies at that moment', async () => {
    await using scope = new Scope();
    await using relay = await Relay.open(scope);
    const file = scope.file('compose.yml', fixture({ CRASH_AFTER: '0.2', HEALTHY_AFTER: '30' }));
    const manager = createManager({
      stateDir: scope.stateDir,
      env: { ...process.env, DOCKER_HOST: relay.url },
      onProgress: (p) => {
        if (p.type === 'service' && p.verdict.state === 'failed') relay.cut();
      },
    });
    const from = performance.now();
    const error: EnvironmentError = await manager.acquire({ files: [file] }).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'SERVICE_FAILED', params: { service: 'web' } });
    expect(error.message).toContain(`full logs: ${error.dossier}`);
    expect(read(error, 'events.ndjson')).toContain('"action":"die"');
    expect(read(error, 'summary.md')).toContain('- containers: ');
    expect(performance.now() - from).toBeLessThan(20_000);
    await manager.close();
    await scope.manager.clean({ all: true });
  });
});

describe('keepOnFailure', () => {
  it('leaves the containers for a look, from the command line too, until they are stopped by name', async () => {
    await using scope = new Scope();
    const file = scope.file('compose.yml', fixture({ HEALTH: 'fail' }));
    const state = ['--state-dir', scope.stateDir];
    const start = ['start', '-f', file, ...state, '--wait-timeout', '3s', '--keep-on-failure'];
    const failed = await runCli(start);
    expect(failed.exitCode).toBe(4);
    expect(failed.stderr).toMatch(/kept for 30m[\s\S]*docker exec -it \S+-web-1 sh\n {4}docker-manual stop (\S+)\n/);
    expect((await runCli(['clean', ...state])).exitCode).toBe(0);
    const [kept] = await scope.manager.status();
    expect(kept).toMatchObject({ record: { state: 'degraded' } });
    const labels = { [LABEL.lease]: kept?.record.id as string };
    expect((await scope.engine.containers(labels, NEVER)).map((c) => c.status)).toEqual(['running']);
    expect((await runCli(['stop', kept?.record.project as string, ...state])).exitCode).toBe(0);
    expect(await scope.engine.containers(labels, NEVER)).toEqual([]);
  });
});

/** A way to the engine that can be cut, as if the engine had died. */
class Relay implements AsyncDisposable {
  readonly url: string;
  readonly #sockets = new Set<Socket>();
  readonly #server;

  private constructor(path: string, target: string) {
    this.url = `unix://${path}`;
    this.#server = createServer((client) => {
      const engine = connect(target);
      for (const [from, to] of [
        [client, engine],
        [engine, client],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy()).on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    this.#server.listen(path);
  }

  static async open(scope: Scope): Promise<Relay> {
    const relay = new Relay(join(scope.folder, 'relay.sock'), scope.engine.endpoint.replace('unix://', ''));
    await once(relay.#server, 'listening');
    return relay;
  }

  cut(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
  }
}
