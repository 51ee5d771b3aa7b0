import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import { CLI, runCli } from '../support/run-cli.js';
import { leftovers, Scope } from '../support/scope.js';
import { STUBBORN_CHAIN } from '../support/stacks.js';

/** The signals that the engine has sent to containers of the scope since a moment (seconds since the epoch). */
async function signalsSince(scope: Scope, since: number): Promise<string[]> {
  const store = scope.store();
  const label = `label=${LABEL.store}=${store.id}`;
  store.close();
  const until = String(Date.now() / 1000);
  const when = ['--since', String(since), '--until', until];
  const args = ['events', ...when, '--filter', label, '--filter', 'event=kill'];
  const { stdout } = await execa('docker', [...args, '--format', '{{.Actor.Attributes.signal}}']);
  return stdout.split('\n');
}

/** Somebody who is asked first would be waited for: ten seconds each, one after the other. */
const AT_ONCE = ['9', '9', '9'];

describe('three services that ignore SIGTERM and wait for each other', () => {
  it('are gone with the release, and nobody asks them first', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', STUBBORN_CHAIN);
    const lease = await scope.manager.acquire({ cwd: scope.folder });
    const since = Date.now() / 1000;
    await lease.release();
    expect(await signalsSince(scope, since)).toEqual(AT_ONCE);
  });

  it('are gone with a stop', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', STUBBORN_CHAIN);
    const options = { cwd: scope.folder, env: { DOCKER_MANUAL_HOME: scope.stateDir, DOCKER_MANUAL_WATCHDOG: 'off' } };
    expect(await runCli(['start'], options)).toMatchObject({ exitCode: 0 });
    const since = Date.now() / 1000;
    expect(await runCli(['stop'], options)).toMatchObject({ exitCode: 0 });
    expect(await signalsSince(scope, since)).toEqual(AT_ONCE);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('are gone with a run that is ended by %s', async (signal) => {
    await using scope = new Scope();
    const file = scope.file('compose.yml', STUBBORN_CHAIN);
    const command = [process.execPath, '-e', 'console.log("tests run"); setInterval(() => {}, 60_000)'];
    const args = [CLI, 'run', '-f', file, '--state-dir', scope.stateDir, '--', ...command];
    const env = { ...process.env, DOCKER_MANUAL_WATCHDOG: 'off' };
    const run = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    await once(createInterface({ input: run.stdout }), 'line');
    const since = Date.now() / 1000;
    // As a terminal does it, and a runner that cancels a job: to the whole group.
    process.kill(-(run.pid as number), signal);
    await once(run, 'exit');
    expect(await leftovers(scope.stateDir, scope.engine)).toEqual([]);
    expect(await signalsSince(scope, since)).toEqual(AT_ONCE);
  });
});
