import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** `<project>-<yyyymmddThhmmss>`, a counter where two came in one second, and its archive. */
const DOSSIER_NAME = /-\d{8}T\d{6}(?:-\d+)?(?:\.tar\.gz)?$/;

interface Retention {
  /** The newest so many stay. */
  readonly count: number;
  readonly ageMs: number;
  readonly bytes: number;
}

const RETENTION: Retention = { count: 20, ageMs: 7 * 86_400_000, bytes: 500_000_000 };

interface Kept {
  readonly path: string;
  readonly at: number;
  readonly bytes: number;
}

/**
 * Removes old dossiers: only what has a dossier's name and stands directly in `<stateDir>/dossiers`, never through a
 * link. The newest one always stays: it is the one that was just written.
 */
export function pruneDossiers(root: string, retention: Retention = RETENTION, now = Date.now()): void {
  if (!lstatSync(root).isDirectory()) return;
  const found = readdirSync(root)
    .filter((name) => DOSSIER_NAME.test(name))
    .flatMap((name) => look(join(root, name)))
    .sort((a, b) => b.at - a.at);
  let total = 0;
  for (const [index, { path, at, bytes }] of found.entries()) {
    total += bytes;
    const over = index >= retention.count || now - at > retention.ageMs || total > retention.bytes;
    if (index > 0 && over) rmSync(path, { recursive: true, force: true });
  }
}

/** Nothing for a link, and for what another process removes at this moment. */
function look(path: string): Kept[] {
  try {
    const found = lstatSync(path);
    if (found.isFile()) return [{ path, at: found.mtimeMs, bytes: found.size }];
    if (!found.isDirectory()) return [];
    const sizes = readdirSync(path).map((name) => lstatSync(join(path, name)).size);
    return [{ path, at: found.mtimeMs, bytes: sizes.reduce((sum, size) => sum + size, 0) }];
  } catch {
    return [];
  }
}
