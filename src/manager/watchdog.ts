import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LeaseStore } from '../store/lease-store.js';
import type { Config } from './config.js';
import { lifeOf } from './machine.js';

/**
 * What the watchdog and its commands need. Nothing else is handed on: no secrets, none of the marks by which CI systems
 * find and end the processes of a job (RUNNER_TRACKING_ID), no NODE_OPTIONS of a test runner.
 */
const PASSED_ON = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'SystemRoot',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'SSH_AUTH_SOCK',
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_TLS_VERIFY',
  'DOCKER_CERT_PATH',
];

const entry = fileURLToPath(new URL('../watchdog/main.js', import.meta.url));

/**
 * Starts the state folder's watchdog if there is none. It gets a session of its own, so that neither a Ctrl-C nor the
 * end of a terminal or CI job reaches it. Called after the claim: a watchdog that is about to leave sees the lease, or
 * is seen here to be gone.
 */
export function ensureWatchdog(config: Config, store: LeaseStore): void {
  const holder = store.watch.holder();
  if (holder && lifeOf(holder) === 'alive') return;
  if (!existsSync(entry)) return; // run from the sources, as our own tests do
  const log = openSync(join(config.stateDir, 'watchdog.log'), 'a', 0o600);
  const [program, ...args] = orphaned(process.execPath, '--max-semi-space-size=1', entry, config.stateDir);
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: parse(config.stateDir).root,
    env: Object.fromEntries(PASSED_ON.flatMap((name) => (config.env[name] ? [[name, config.env[name]]] : []))),
    windowsHide: true,
  });
  child.on('error', () => {}); // without a watchdog the next command cleans up
  child.unref();
  closeSync(log);
}

/** Through a shell that ends at once, so that whoever ends the owner with all its descendants does not find it. */
function orphaned(...command: readonly string[]): [string, ...string[]] {
  if (process.platform === 'win32') return command as [string, ...string[]];
  return ['/bin/sh', '-c', '"$@" &', 'sh', ...command];
}
