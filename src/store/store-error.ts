import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../domain/errors.js';
import { fileError } from '../domain/file-errors.js';
import { sqlite } from './drivers/better-sqlite3.js';
import { lockHolder } from './lock-holder.js';

/** How long a writer waits for another process's transaction; the longest seen with eight writers was 1.5 s. Milliseconds. */
export const BUSY_TIMEOUT = 10_000;

/** What SQLite or the file system says about the database `file`, as one of ours; a mistake of this code stays as it is. */
export function storeError(cause: unknown, file: string): unknown {
  const code = sqlite.codeOf(cause);
  if (code === undefined) {
    const gone = (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
    return gone ? new EnvironmentError('STORE_LOST', { file }, { cause }) : fileError(cause, dirname(file));
  }
  const { message } = cause as Error;
  const reason = `${message} (${code})`;
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new EnvironmentError('STORE_DAMAGED', { file, reason: message, aside: '' }, { cause });
  }
  if (code === 'SQLITE_FULL') return new EnvironmentError('STORE_FULL', { file, reason: message }, { cause });
  if (code === 'SQLITE_READONLY_DBMOVED') return new EnvironmentError('STORE_LOST', { file }, { cause });
  if (code.startsWith('SQLITE_READONLY')) return new EnvironmentError('STORE_READ_ONLY', { file, reason }, { cause });
  if (isBusy(cause)) {
    const params = { file, seconds: BUSY_TIMEOUT / 1000, holder: lockHolder(file) };
    return new EnvironmentError('STORE_BUSY', params, { cause });
  }
  if (!/^SQLITE_(IOERR|CANTOPEN|PERM|AUTH)/.test(code)) return cause;
  return (
    diskError(dirname(file)) ?? new EnvironmentError('STATE_DIR_UNUSABLE', { folder: dirname(file), reason }, { cause })
  );
}

export function isBusy(cause: unknown): boolean {
  const code = sqlite.codeOf(cause) ?? '';
  return code.startsWith('SQLITE_BUSY') || code === 'SQLITE_PROTOCOL';
}

/** SQLite says "disk I/O error" to many things (a quota, a full disk under its shared memory): a try says which it is. */
function diskError(folder: string): unknown {
  const probe = join(folder, `probe.${randomBytes(6).toString('hex')}`);
  try {
    writeFileSync(probe, randomBytes(64 * 1024), { flag: 'wx', mode: 0o600 });
    return undefined;
  } catch (error) {
    return fileError(error, folder);
  } finally {
    rmSync(probe, { force: true });
  }
}
