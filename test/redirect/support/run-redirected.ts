import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const PRELOAD = fileURLToPath(new URL('../../../dist/redirect/preload.cjs', import.meta.url));

/** What a script of this folder has written: one JSON value to its standard output, and maybe something to stderr. */
export interface Outcome {
  readonly answers: unknown;
  readonly stderr: string;
}

/**
 * Runs a script of this folder in a Node process that has these variables and nothing else of vitest's. The scripts read
 * the port they have "hard-coded" from PUBLISHED.
 */
export async function runScript(script: string, env: Readonly<Record<string, string>>): Promise<Outcome> {
  const { stdout, stderr } = await execa(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], {
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdin: 'ignore',
    // a script that hangs ends before its test does, and leaves no process behind
    timeout: 20_000,
  });
  return { answers: JSON.parse(stdout), stderr };
}

/** The same with the redirect in place, from `published` to `leased`. */
export async function runRedirected(
  script: string,
  published: number,
  leased: number,
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { answers } = await runScript(script, {
    NODE_OPTIONS: `--require ${PRELOAD}`,
    DM_PORT_MAP: `${published}=${leased}`,
    PUBLISHED: String(published),
    LEASED: String(leased),
    ...env,
  });
  return answers;
}
