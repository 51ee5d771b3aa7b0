import { expect, it } from 'vitest';
import type { Finding } from '../../../src/index.js';
import { runCli } from '../../support/run-cli.js';
import { Scope } from '../../support/scope.js';
import { fixture } from '../../support/stacks.js';

function doctorIn(scope: Scope, env: Record<string, string> = {}) {
  return (...args: string[]) =>
    runCli(['doctor', ...args], { cwd: scope.folder, env: { DOCKER_MANUAL_HOME: scope.stateDir, ...env } });
}

function of(findings: readonly Finding[], check: string): readonly Finding[] {
  return findings.filter((finding) => finding.check === check);
}

it('finds a working machine well', async () => {
  await using scope = new Scope();
  const doctor = doctorIn(scope);
  const bare = await doctor();
  expect(bare).toMatchObject({ exitCode: 0 });
  expect(bare.stdout).toMatch(/✔ Docker Engine \d+\.\d+\.\d+\S* at unix:/);
  expect(bare.stdout).toMatch(/✔ Docker Compose \d+\.\d+\.\d+/);
  expect(bare.stdout).toContain('there is none in this folder');
  scope.file('compose.yml', fixture());
  const { data } = JSON.parse((await doctor('--json')).stdout);
  expect(of(data.findings, 'compose file')).toMatchObject([
    { level: 'ok', text: expect.stringContaining('1 services') },
  ]);
  expect(of(data.findings, 'ports')).toMatchObject([{ text: expect.stringContaining('ports 30000-40000: 0 leased') }]);
});

it('says how to mend what is wrong, and ends with the code of the first problem', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', fixture({}, '    network_mode: host').replace(/ {4}ports.*\n/, ''));
  const hazard = await doctorIn(scope)();
  expect(hazard).toMatchObject({ exitCode: 2 });
  expect(hazard.stdout).toMatch(
    /✖ web cannot run twice as it is: host-network .*\n {6}fix: decide: --host-network convert/,
  );

  scope.file('compose.yml', 'services: { web: { imagee: x } }');
  const broken = await doctorIn(scope)();
  expect(broken).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('✖ COMPOSE_FILE_INVALID') });

  const down = await doctorIn(scope, { DOCKER_HOST: 'unix:///nowhere/docker.sock' })('--json');
  expect(down.exitCode).toBe(3);
  const { findings } = JSON.parse(down.stdout).data;
  expect(of(findings, 'engine')).toMatchObject([
    {
      level: 'problem',
      text: expect.stringContaining('ENGINE_UNAVAILABLE'),
      fix: expect.stringContaining('Start Docker'),
    },
  ]);
  // What the engine is not needed for is looked at all the same.
  expect(of(findings, 'environments')).toMatchObject([{ level: 'ok' }]);
});

it('sees what dead runs have left', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', fixture());
  const lease = await scope.manager.acquire({ cwd: scope.folder, name: 'shop', ttl: 1 });
  const { stdout, exitCode } = await doctorIn(scope, { DOCKER_MANUAL_WATCHDOG: 'off' })();
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/! held by nobody any more: shop-\w+ \(lease expired .* ago\)\n {6}fix: docker-manual clean/);
  expect(stdout).toContain('! the watchdog is off');
  await lease.release();
});
