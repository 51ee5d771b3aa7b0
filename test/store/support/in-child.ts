import { spawnSync } from 'node:child_process';

/**
 * Runs a module text in a process of its own, `$dist` standing for the folder of the built modules. What has to read or
 * write a database file past SQLite has to: a process that opens such a file by itself drops SQLite's locks on it.
 *
 * @returns what it printed
 */
export function inChild(text: string, options: { readonly uid?: number } = {}): string {
  const dist = new URL('../../../dist', import.meta.url).href;
  const script = text.replaceAll('$dist', dist);
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', ...options });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout.trim();
}
