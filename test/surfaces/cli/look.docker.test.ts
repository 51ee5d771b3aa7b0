import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, runCli } from '../../support/run-cli.js';
import { FIXTURE_IMAGE, Scope } from '../../support/scope.js';

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
