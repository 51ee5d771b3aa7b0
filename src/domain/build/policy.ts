import type { EnvironmentKind } from '../environment-kind.js';

/**
 * What is built for an environment. `app`: what has changed, layers that have not come from the cache. `all`: everything,
 * without the cache. `none`: only what was never built. `auto`: one of them, by {@link buildScope}.
 */
export const BUILD_POLICIES = ['app', 'all', 'none', 'auto'] as const;
/** One of {@link BUILD_POLICIES}. */
export type BuildPolicy = (typeof BUILD_POLICIES)[number];
export type BuildScope = Exclude<BuildPolicy, 'auto'>;

/** `missing`: pulls what is not here. `always`: asks the registry first. `never`: what is not here is an error. */
export const PULL_POLICIES = ['missing', 'always', 'never'] as const;
/** One of {@link PULL_POLICIES}. */
export type PullPolicy = (typeof PULL_POLICIES)[number];

/** In CI the first build of the day is a full one. Milliseconds. */
const FULL_BUILD_LASTS = 24 * 3_600_000;

export interface BuildSituation {
  /** Kind of the environment, "test", "dev" or "prod". */
  readonly kind: EnvironmentKind;
  readonly ci: boolean;
  /** Of the same dependencies (lock files); undefined where there was none. Milliseconds since the epoch. */
  readonly lastFullBuild: number | undefined;
  readonly now: number;
}

/** What `auto` means: dev builds what has changed, prod everything, CI everything once a day for the same dependencies. */
export function buildScope(policy: BuildPolicy, { kind, ci, lastFullBuild, now }: BuildSituation): BuildScope {
  if (policy !== 'auto') return policy;
  if (kind === 'prod') return 'all';
  if (!ci || kind === 'dev') return 'app';
  return lastFullBuild === undefined || now - lastFullBuild > FULL_BUILD_LASTS ? 'all' : 'app';
}

const LOCK_FILES: readonly RegExp[] = [
  /^(?:package-lock|npm-shrinkwrap|composer)\.(?:json|lock)$/,
  /^(?:yarn|poetry|uv|pdm|Cargo|Gemfile|Pipfile|mix|flake|bun|deno)\.lockb?$/,
  /^pnpm-lock\.yaml$/,
  /^requirements[\w.-]*\.txt$/,
  /^go\.sum$/,
  /^gradle\.lockfile$/,
];

/** Whether a file says which dependencies a build gets. */
export function isLockFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return LOCK_FILES.some((pattern) => pattern.test(name));
}
