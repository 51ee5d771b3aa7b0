import type { AcquiredService, Lease } from '../../index.js';

/** What the tests get. Plain JSON; it holds the passwords of the compose file. */
export interface RunInfo {
  /** Id of the lease, and its project; null where nothing was started. */
  readonly lease: string | null;
  readonly project: string | null;
  readonly services: Readonly<Record<string, AcquiredService>>;
  /** DM_<SERVICE>_HOST and so on, DATABASE_URL and the like; set in `process.env` of the workers, too. */
  readonly env: Readonly<Record<string, string>>;
  /** Why there are no services, for `describe.skipIf(info.skipped)`; null where there are. */
  readonly skipped: string | null;
}

/** What stands behind the runs of one set of options. */
export interface OpenedRun {
  readonly info: RunInfo;
  end(): Promise<void>;
}

export function infoOf({ id, project, services, env }: Lease): RunInfo {
  return { lease: id, project, services, env, skipped: null };
}

/** What the tests' processes get. */
export function variablesOf(lease: Lease, redirect: boolean): Readonly<Record<string, string>> {
  return redirect ? { ...lease.env, ...lease.redirect().env } : lease.env;
}
