import { EnvironmentError, type ErrorCode } from './errors.js';

/** What the system's error codes mean for a file of the state folder. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'STORE_FULL',
  EDQUOT: 'STORE_FULL',
  EROFS: 'STORE_READ_ONLY',
  EACCES: 'STORE_READ_ONLY',
  EPERM: 'STORE_READ_ONLY',
};

/** What is wrong, where Node's own words ("EEXIST: file already exists, mkdir …") would puzzle. */
const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'there is a file of that name',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'the path goes in a circle of symbolic links',
};

/** A failed use of a file or folder below the state folder as one of ours; anything but a system error stays as it is. */
export function fileError(cause: unknown, path: string): unknown {
  if (cause instanceof EnvironmentError || !(cause instanceof Error)) return cause;
  const { code } = cause as { code?: unknown };
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return cause;
  const reason = REASONS[code] ?? cause.message;
  const known = CODES[code];
  if (known) return new EnvironmentError(known, { file: path, reason }, { cause });
  return new EnvironmentError('STATE_DIR_UNUSABLE', { folder: path, reason }, { cause });
}
