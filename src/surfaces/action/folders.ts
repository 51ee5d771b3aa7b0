import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one use of the Action keeps in the runner's temporary folder. */
export interface Folders {
  readonly base: string;
  /** With passwords: ends with the job. */
  readonly envFile: string;
  readonly logs: string;
  readonly bin: string;
}

/** `token`: the same in main and post. */
export function foldersOf(token: string, env: NodeJS.ProcessEnv, logs: string | undefined): Folders {
  const base = join(env.RUNNER_TEMP || tmpdir(), `docker-manual-${token}`);
  return { base, envFile: join(base, 'env', '.env'), logs: logs ?? join(base, 'logs'), bin: join(base, 'bin') };
}

export function makeFolders({ base, logs }: Folders): void {
  mkdirSync(base, { recursive: true, mode: 0o700 });
  mkdirSync(logs, { recursive: true });
}

/** A command `docker-manual` that runs the file `cli`, so that later steps need install nothing. Not on Windows. */
export function makeCommand({ bin }: Folders, cli: string): boolean {
  if (process.platform === 'win32') return false;
  mkdirSync(bin, { recursive: true });
  const file = join(bin, 'docker-manual');
  writeFileSync(file, `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(cli)} "$@"\n`);
  chmodSync(file, 0o755);
  return true;
}

/** Logs stay for whoever uploads them. */
export function removeSecrets({ envFile, bin }: Folders): void {
  for (const path of [join(envFile, '..'), bin]) rmSync(path, { recursive: true, force: true });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
