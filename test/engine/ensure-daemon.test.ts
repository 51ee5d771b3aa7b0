import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureDaemon } from '../../src/engine/ensure-daemon.js';
import { type MachineFacts, machineFacts } from '../../src/engine/machine-facts.js';
import { identityOf, lifeOf } from '../../src/manager/machine.js';

let folder: string;
let facts: MachineFacts;
let env: NodeJS.ProcessEnv;
const attempts: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-ensure-'));
  mkdirSync(join(folder, 'bin'));
  attempts.length = 0;
  // A user with systemd, whose programs are what the test writes, and sh and node.
  env = { HOME: folder, PATH: [join(folder, 'bin'), '/bin', '/usr/bin', dirname(process.execPath)].join(delimiter) };
  const { has } = machineFacts({ PATH: join(folder, 'bin') });
  facts = { ...machineFacts(env), systemd: true, uid: 1000, defaultUrl: `unix://${folder}/docker.sock`, has };
});
afterEach(() => {
  const pid = pidOf('engine.pid');
  if (pid) process.kill(pid);
  rmSync(folder, { recursive: true, force: true });
});

function pidOf(name: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, name), 'utf8'));
  } catch {
    return undefined;
  }
}

function program(name: string, script: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Answers as an engine, in the background and with its output still open, as services do that are badly written. */
function backgroundEngine(): string {
  const source = `
    const server = require('node:http').createServer((_, response) =>
      response.setHeader('content-type', 'application/json').end('{"Version":"28.0.0","ApiVersion":"1.48"}'));
    server.listen('${folder}/docker.sock');
    require('node:fs').writeFileSync('${folder}/engine.pid', String(process.pid));`;
  writeFileSync(join(folder, 'engine.cjs'), source);
  return `node "${folder}/engine.cjs" &`;
}

function ensure(signal = new AbortController().signal) {
  return ensureDaemon(env, { signal, facts, onAttempt: (command) => attempts.push(command) });
}

describe('ensureDaemon', () => {
  it('goes on until one way makes the engine answer', async () => {
    program('sudo', 'echo "sudo: a password is required" >&2; exit 1');
    program('systemctl', `echo "$@" > "${folder}/asked"; ${backgroundEngine()}`);
    const engine = await ensure();
    expect(await engine.ping(new AbortController().signal)).toEqual({ engine: '28.0.0', api: '1.48' });
    expect(attempts).toEqual(['sudo -n systemctl start docker', 'systemctl --no-ask-password start docker']);
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('--no-ask-password start docker\n');

    attempts.length = 0;
    await ensure();
    expect(attempts).toEqual([]);
  });

  it('finds the engine at a socket that was not there before', async () => {
    program('systemctl', 'exit 5');
    program('colima', `mkdir -p "${folder}/.colima/default"; ${backgroundEngine()}`);
    writeFileSync(
      join(folder, 'bin/colima'),
      readFileSync(join(folder, 'bin/colima'), 'utf8') +
        `while [ ! -S "${folder}/docker.sock" ]; do sleep 0.05; done; mv "${folder}/docker.sock" "${folder}/.colima/default/"\n`,
    );
    const engine = await ensure();
    expect(engine.endpoint).toBe(`unix://${folder}/.colima/default/docker.sock`);
    expect(attempts).toEqual(['systemctl --no-ask-password start docker', 'colima start']);
  });

  it('says what became of each way, and never reads from the terminal', async () => {
    program('sudo', 'read answer </dev/tty && exit 0; echo "sudo: a password is required" >&2; exit 1');
    program('systemctl', 'echo "Failed to start docker.service: Unit docker.service not found." >&2; exit 5');
    const error = await ensure().catch((e) => e);
    expect(error).toMatchObject({ code: 'ENGINE_START_FAILED', exitCode: 3 });
    expect(error.message).toContain(`unix://${folder}/docker.sock (it is not there, nor is ${folder}/.docker/run/`);
    expect(error.message.split('\n').slice(1)).toEqual([
      '  sudo -n systemctl start docker: it ended with 1: sudo: a password is required',
      '  systemctl --no-ask-password start docker: it ended with 5: Failed to start docker.service: Unit docker.service not found.',
    ]);
  });

  it('says so when nothing would start it', async () => {
    await expect(ensure()).rejects.toThrow('nothing on this machine would start it');
  });

  it('ends with its caller, and so does what it has run', async () => {
    program('systemctl', `sleep 600 & echo $! > "${folder}/systemctl.pid"; wait`);
    const caller = new AbortController();
    const ensuring = ensureDaemon(env, { signal: caller.signal, facts, onAttempt: () => abortWhenRunning() });
    const abortWhenRunning = () => {
      if (pidOf('systemctl.pid')) caller.abort(new Error('enough'));
      else setTimeout(abortWhenRunning, 10);
    };
    await expect(ensuring).rejects.toThrow('enough');
    const below = identityOf(pidOf('systemctl.pid') as number);
    await expect.poll(() => lifeOf(below)).toBe('gone');
  });
});
