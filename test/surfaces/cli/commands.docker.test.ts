import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { CLI, runCli } from '../../support/run-cli.js';
import { Scope } from '../../support/scope.js';
import { fixture, POSTGRES_AND_REDIS } from '../../support/stacks.js';

function inScope(scope: Scope) {
  return (...args: string[]) =>
    runCli(args, { cwd: scope.folder, env: { DOCKER_MANUAL_HOME: scope.stateDir, NO_COLOR: '1' } });
}

describe('start, status, env, stop', () => {
  it('print for people and, with --json, for programs', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', POSTGRES_AND_REDIS);
    const cli = inScope(scope);

    const started = await cli('start', '--name', 'shop', '--ttl', '30m');
    expect(started).toMatchObject({ exitCode: 0 });
    expect(started.stderr).toMatch(/shop-[0-9a-f]{8}: postgres healthy after/);
    expect(started.stdout).toMatch(/shop-[0-9a-f]{8} ready in .*, for 30m/);

    const status = JSON.parse((await cli('status', '--json')).stdout);
    const [lease] = status.data.leases;
    expect(lease).toMatchObject({
      project: expect.stringMatching(/^shop-/),
      state: 'ready',
      mode: 'dedicated',
      ports: [expect.any(Number), expect.any(Number)],
      services: { redis: { state: 'healthy', host: '127.0.0.1', ports: { '6379/tcp': expect.any(Number) } } },
    });
    expect(new Date(lease.expiresAt).getTime() - new Date(lease.createdAt).getTime()).toBeGreaterThan(1_800_000);
    expect((await cli('status')).stdout).toMatch(/shop-\w+\s+ready\s+2\/2\s+\d+-\d+\s+\S+, by docker-manual start/);

    const env = await cli('env', 'shop');
    const { stdout } = await execa('sh', ['-c', `${env.stdout}\necho "$DATABASE_URL|$DM_REDIS_PORT"`]);
    const { postgres, redis } = lease.services;
    const url = `postgresql://postgres:secret@127.0.0.1:${postgres.ports['5432/tcp']}/app`;
    expect(stdout).toBe(`${url}|${redis.ports['6379/tcp']}`);

    const wrong = await cli('stop', 'shpo-12345678');
    expect(wrong).toMatchObject({ exitCode: 5 });
    const stopped = JSON.parse((await cli('stop', '--json')).stdout);
    expect(stopped).toEqual({
      success: true,
      data: { removed: [{ project: lease.project, cause: 'stopped' }], kept: [] },
    });
    expect((await cli('status')).stdout).toContain('No environments');
  });
});

it('start --services starts those and what they depend on', async () => {
  await using scope = new Scope();
  const other = fixture().replace('services:', '').replace('web:', 'other:');
  scope.file('compose.yml', `${fixture({}, '    depends_on: [base]\n')}${other}${other.replace('other:', 'base:')}`);
  const cli = inScope(scope);
  const { data } = JSON.parse((await cli('start', '--services', 'web', '--json')).stdout);
  expect(Object.keys(data.services).sort()).toEqual(['base', 'web']);
  expect(await cli('stop')).toMatchObject({ exitCode: 0 });
});

describe('clean', () => {
  it('takes what a killed process has left, after saying so with --dry-run', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const script = `const { createManager } = await import(process.argv[1]);
      await createManager({ stateDir: process.argv[2], watchdog: false }).acquire({ cwd: process.argv[3], name: 'dead' });
      process.kill(process.pid, 'SIGKILL');`;
    const index = new URL('../../../dist/index.js', import.meta.url).href;
    const args = ['--input-type=module', '-e', script, index, scope.stateDir, scope.folder];
    const died = await execa(process.execPath, args, { reject: false });
    expect(died.signal).toBe('SIGKILL');

    const cli = inScope(scope);
    expect((await cli('status')).stdout).toContain('held by nobody any more');
    expect((await cli('clean', '--dry-run')).stdout).toMatch(/would remove dead-\w+: owner .* \(pid \d+\) is gone/);
    expect(await scope.manager.status()).toHaveLength(1);
    expect((await cli('clean')).stdout).toMatch(/removed dead-/);
  });

  it('keeps what somebody holds, unless told --all', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const cli = inScope(scope);
    await cli('start', '--name', 'held');
    expect((await cli('clean')).stdout).toMatch(/kept held-\w+: held by/);
    expect((await cli('clean', '--all')).stdout).toMatch(/removed held-/);
  });
});

describe('run', () => {
  it('gives the command its addresses, passes its exit code on, and removes everything', async () => {
    await using scope = new Scope();
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose's own syntax
    scope.file('compose.yml', fixture().replace('8080:8080', '${WEB_PORT:-8080}:8080'));
    const check = `fetch('http://127.0.0.1:' + process.env.WEB_PORT).then((r) => process.exit(r.ok ? 7 : 1))`;
    const result = await inScope(scope)('run', '--', process.execPath, '-e', check);
    expect(result).toMatchObject({ exitCode: 7 });
  });

  it('lets hard-coded ports reach the leased ones with --redirect', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture({ BODY: 'redirected' }));
    const check = `fetch('http://localhost:8080/').then((r) => r.text()).then((t) => console.log(t))`;
    const result = await inScope(scope)('run', '--redirect', '--', process.execPath, '-e', check);
    expect(result).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('redirected') });
  });

  it('says when there is no such command', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const result = await inScope(scope)('run', '--', 'no-such-command');
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no-such-command') });
  });
});

describe('plan', () => {
  it('says what would change, and ends with 2 while a decision is missing', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture({}, '    network_mode: host\n').replace(/ {4}ports.*\n/, ''));
    const cli = inScope(scope);
    const open = await cli('plan');
    expect(open).toMatchObject({ exitCode: 2 });
    expect(open.stdout).toContain('web needs a decision: --host-network convert');
    const decided = await cli('plan', '--host-network', 'web=convert', '--twice', '--json');
    expect(decided).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(decided.stdout).data).toMatchObject({ services: ['web'], disjoint: true });
  });

  it('costs one docker process for new files and none for known ones', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    await inScope(scope)('plan');
    const { stdout } = await execa(process.execPath, [CLI, 'plan'], {
      cwd: scope.folder,
      env: { DOCKER_MANUAL_HOME: scope.stateDir, PATH: '/nowhere' },
    });
    expect(stdout).toContain('published-port');
  });
});

function startIn(scope: Scope) {
  const args = [CLI, 'start', '--state-dir', scope.stateDir];
  return execa(process.execPath, args, { cwd: scope.folder, reject: false, stdin: 'ignore' });
}

function said(stream: Readable, text: string): Promise<void> {
  let seen = '';
  return new Promise((resolve) => {
    stream.on('data', (chunk) => {
      seen += chunk;
      if (seen.includes(text)) resolve();
    });
  });
}

describe('signals', () => {
  it('cleans up even when nobody reads its output any more', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture({ HEALTHY_AFTER: '60' }));
    const child = startIn(scope);
    await said(child.stderr, 'web starting');
    child.stderr.destroy();
    child.kill('SIGTERM');
    expect(await child).toMatchObject({ exitCode: 130 });
  });

  it('Ctrl-C in the middle of a start removes what was made and ends with 130', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture({ HEALTHY_AFTER: '60' }));
    const child = startIn(scope);
    await said(child.stderr, 'web starting');
    child.kill('SIGINT');
    const { exitCode, stderr } = await child;
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: expect.stringContaining('Ctrl-C') });
  });
});

describe('mistakes', () => {
  it.each([
    [['strat'], /Did you mean start/],
    [['start', '--wait-timout', '5s'], /Did you mean --wait-timeout/],
    [['start', '--wait-timeout', 'soon'], /"soon" is no duration/],
    [['start', '--external', 'frsh'], /"frsh" is none of fresh, clone, share/],
    [['start', '--ports', '9-5'], /is no port range/],
    [['run'], /missing required argument 'command'/],
  ])('%j', async (args, says) => {
    const result = await runCli(args);
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(says) });
  });
});
