import { createServer } from 'node:net';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, runCli } from '../../support/run-cli.js';
import { FIXTURE_IMAGE, REDIS_IMAGE, Scope } from '../../support/scope.js';

/** One environment for the whole file: the commands of it only look. */
let scope: Scope;
let project: string;

const STACK = `
services:
  web:
    image: ${FIXTURE_IMAGE}
    environment: { LOG_LINES: "3", BODY: hello }
    ports: ["8080:8080"]
    depends_on: { store: { condition: service_healthy } }
  store:
    image: ${FIXTURE_IMAGE}
    environment: { SECRET_TOKEN: canary-77aa }
    ports: ["6000:8080"]
    volumes: ["kept:/kept"]
  cache:
    image: ${REDIS_IMAGE}
    ports: ["6379"]
volumes:
  kept: {}
`;

function cli(...args: string[]) {
  return runCli(args, { cwd: scope.folder, env: environment() });
}

function environment(): Record<string, string> {
  return { DOCKER_MANUAL_HOME: scope.stateDir };
}

beforeAll(async () => {
  scope = new Scope();
  scope.file('compose.yml', STACK);
  const started = await cli('start', '--name', 'shop', '--json');
  project = JSON.parse(started.stdout).data.lease.project;
});

afterAll(async () => {
  await cli('stop', project);
  await scope[Symbol.asyncDispose]();
});

describe('logs', () => {
  it('merges the services, each line with its own', async () => {
    const { exitCode, stdout } = await cli('logs');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('web   | line 3 of 3');
    expect(stdout).toContain('store | listening on 8080 (start 1)');
    // The store was healthy before the web server was started.
    expect(stdout.indexOf('store | listening')).toBeLessThan(stdout.indexOf('web   | line 1'));
  });

  it('takes environment, services and limits', async () => {
    const one = (await cli('logs', project, 'web', '--tail', '1', '--json')).stdout.split('\n');
    expect(one).toHaveLength(1);
    expect(JSON.parse(one[0] as string)).toMatchObject({
      service: 'web',
      source: 'web',
      stream: 'stdout',
      text: 'listening on 8080 (start 1)',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect((await cli('logs', 'web', '-t', '--tail', '1')).stdout).toMatch(/^web \| \d{4}-\S+Z listening/);
    expect((await cli('logs', '--since', '2100-01-01')).stdout).toBe('');
  });

  it('follows over a restart, and ends with the signal', async () => {
    const child = execa(process.execPath, [CLI, 'logs', 'web', '--follow', '--tail', '1'], {
      cwd: scope.folder,
      env: environment(),
      reject: false,
      lines: true,
      buffer: false,
      stdin: 'ignore',
    });
    const seen: string[] = [];
    for await (const line of child) {
      seen.push(line);
      if (seen.length === 1) await cli('exec', 'web', '--', 'sh', '-c', 'echo written-inside >/proc/1/fd/1');
      if (line.includes('written-inside')) await cli('restart', '-s', 'web');
      if (line.includes('(start 2)')) child.kill('SIGINT');
    }
    expect((await child).exitCode).toBe(130);
    expect(seen[0]).toBe('web | listening on 8080 (start 1)');
    expect(seen[1]).toBe('web | written-inside');
    expect(seen.at(-1)).toBe('web | listening on 8080 (start 2)');
  });

  it('ends when its reader has gone', async () => {
    const child = execa(process.execPath, [CLI, 'logs', '--follow'], {
      cwd: scope.folder,
      env: environment(),
      reject: false,
      buffer: false,
      stdin: 'ignore',
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    await cli('exec', 'web', '--', 'sh', '-c', 'echo to-nobody >/proc/1/fd/1');
    expect(await child).toMatchObject({ exitCode: 0 });
  });

  it('says which services there are', async () => {
    const { exitCode, stderr } = await cli('logs', 'wbe');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${project} has no service "wbe"; did you mean "web"?`);
  });
});

describe('exec and shell', () => {
  it('run inside, with stdin, and end with the exit code', async () => {
    expect(await cli('exec', 'web', '--', 'sh', '-c', 'echo "$BODY"; exit 7')).toMatchObject({
      exitCode: 7,
      stdout: 'hello',
    });
    const piped = await execa(process.execPath, [CLI, 'exec', project, 'store', '--', 'cat'], {
      cwd: scope.folder,
      env: environment(),
      input: 'through a pipe',
    });
    expect(piped.stdout).toBe('through a pipe');
    const typed = await execa(process.execPath, [CLI, 'shell', 'web'], {
      cwd: scope.folder,
      env: environment(),
      input: 'echo "$BODY"; exit 3',
      reject: false,
    });
    expect(typed).toMatchObject({ exitCode: 3, stdout: 'hello' });
    expect(await cli('exec', '-w', '/www', 'web', 'pwd')).toMatchObject({ stdout: '/www' });
  });

  it('give a terminal to who has one', async () => {
    const command = `'${process.execPath}' '${CLI}' exec web -- sh -c 'test -t 0 && echo has-a-terminal; exit 5'`;
    const { stdout, exitCode } = await execa('script', ['-qec', command, '/dev/null'], {
      cwd: scope.folder,
      env: environment(),
      reject: false,
    });
    expect(stdout).toContain('has-a-terminal');
    expect(exitCode).toBe(5);
  });

  it('say what is wrong with the words', async () => {
    expect(await cli('exec', 'wbe', '--', 'ls')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('did you mean "web"?'),
    });
    expect(await cli('exec', project, '--', 'ls')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('does not name one service'),
    });
    expect(await cli('exec', 'web', '--')).toMatchObject({ exitCode: 2 });
    // The engine's own answer, 127 or 126 by its version.
    expect([126, 127]).toContain((await cli('exec', 'web', '--', 'no-such-program')).exitCode);
  });
});

describe('ports', () => {
  it('say where each service is reached', async () => {
    const { data } = JSON.parse((await cli('ports', '--json')).stdout);
    expect(data.project).toBe(project);
    expect(data.ports.map((port: { service: string }) => port.service)).toEqual(['cache', 'store', 'web']);
    expect(data.ports.slice(1)).toEqual(
      ['store', 'web'].map((service) => ({
        service,
        target: 8080,
        protocol: 'tcp',
        published: service === 'web' ? '8080' : '6000',
        host: '127.0.0.1',
        port: expect.any(Number),
        holder: null,
      })),
    );
    const address = (await cli('ports', 'web', '8080')).stdout;
    expect(address).toBe(`127.0.0.1:${data.ports[2].port}`);
    expect(await (await fetch(`http://${address}/`)).text()).toContain('hello');
    expect((await cli('ports', 'store', '6000/tcp')).stdout).toBe(`127.0.0.1:${data.ports[1].port}`);
    expect(await cli('ports', 'web', '9')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`${project} publishes no port 9 (web 8080)`),
    });
  });

  it('tell who holds a port: an environment, or a process', async () => {
    const port = JSON.parse((await cli('ports', 'web', '--json')).stdout).data.ports[0].port;
    expect((await cli('ports', '--holder', String(port))).stdout).toMatch(
      new RegExp(`^port ${port}: container ${project}-web-1 of Compose project .* held by .*docker-manual start`),
    );
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const own = (server.address() as { port: number }).port;
    expect((await cli('ports', '--holder', String(own))).stdout).toContain(`process ${process.pid} "`);
    server.close();
  });
});

describe('wait', () => {
  it('returns when services are as asked for', async () => {
    expect((await cli('wait')).stdout).toBe(`${project}: cache running, store healthy, web healthy`);
    const { data } = JSON.parse((await cli('wait', project, '--for', 'web=running', '--json')).stdout);
    expect(data).toMatchObject({ lease: { project }, services: { web: 'running' } });
  });

  it('ends when it is not to be had', async () => {
    expect(await cli('wait', '--for', 'web=completed', '--wait-timeout', '2s')).toMatchObject({
      exitCode: 4,
      stderr: expect.stringMatching(/READY_TIMEOUT.*web \(runs until it is done\)/),
    });
    expect(await cli('wait', '--for', 'wbe')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('did you mean "web"?'),
    });
    expect(await cli('wait', '--for', 'web=fine')).toMatchObject({ exitCode: 2 });
  });
});

describe('stats', () => {
  it('says what each container uses', async () => {
    expect((await cli('stats', 'web')).stdout).toMatch(/^SERVICE .*\nweb +\d+\.\d % +\d+\.\d [kM]B of \d+\.\d [MG]B/);
    const { data } = JSON.parse((await cli('stats', '--json')).stdout);
    expect(Object.keys(data.usage)).toEqual(['cache', 'store', 'web']);
    expect(data.usage.store).toMatchObject({ memoryBytes: expect.any(Number), processes: expect.any(Number) });
  });
});

describe('events', () => {
  it('are the trail, and then what happens, one document a line', async () => {
    const past = (await cli('events')).stdout.split('\n').map((line) => JSON.parse(line));
    const ready = past.find(({ type }) => type === 'lease:ready');
    expect(ready).toMatchObject({
      payload: { project, operation: 'acquire' },
      timestamp: expect.stringMatching(/Z$/),
      correlationId: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    const child = execa(process.execPath, [CLI, 'events', '--follow', '--limit', '1'], {
      cwd: scope.folder,
      env: environment(),
      reject: false,
      lines: true,
      buffer: false,
      stdin: 'ignore',
    });
    const seen: Record<string, unknown>[] = [];
    for await (const line of child) {
      seen.push(JSON.parse(line));
      if (seen.length === 1) await cli('restart', '-s', 'web');
      // Once: a second one ends it at once.
      if (seen.at(-1)?.type === 'lease:restarted') child.kill('SIGINT');
    }
    expect((await child).exitCode).toBe(130);
    expect(seen).toContainEqual(
      expect.objectContaining({
        type: 'container:die',
        payload: expect.objectContaining({ project, service: 'web', exitCode: expect.any(Number) }),
        correlationId: null,
      }),
    );
  });
});

describe('describe', () => {
  it('shows one environment from the whole to its parts', async () => {
    const { stdout } = await cli('describe');
    expect(stdout).toMatch(new RegExp(`^${project}\n`));
    expect(stdout).toMatch(/state +ready, dedicated/);
    expect(stdout).toMatch(/health +✔ healthy/);
    expect(stdout).toMatch(/owner +\S+, by docker-manual start/);
    expect(stdout).toMatch(/\n✔ web healthy, answers\n/);
    expect(stdout).toMatch(/container +shop-\w+-store-1 \([0-9a-f]{12}\), healthy, running for .*, restarted 0 times/);
    expect(stdout).toMatch(/mount +volume shop-\w+_kept on \/kept/);
    expect(stdout).not.toContain('canary-77aa');
  });

  it('tells a container that runs from an application that answers', async () => {
    // No other test of this file asks the cache anything.
    await cli('exec', 'cache', '--', 'redis-cli', 'CLIENT', 'PAUSE', '30000', 'ALL');
    const { stdout } = await cli('describe', project, '--json');
    const { services, system, lease } = JSON.parse(stdout).data;
    expect(lease.project).toBe(project);
    expect(services.cache).toMatchObject({ health: 'running', answer: { state: 'silent', why: expect.any(String) } });
    expect(services.web).toMatchObject({ health: 'healthy', answer: { state: 'answers' } });
    expect(services.web.containers[0]).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      status: 'running',
      restartCount: 0,
      networks: [`${project}_default`],
      startedAt: expect.stringMatching(/Z$/),
    });
    expect(system).toMatchObject({
      health: 'unhealthy',
      reasons: [expect.stringContaining('cache does not answer')],
    });
  });
});
