import type { BuildPolicy, PullPolicy } from '../domain/build/policy.js';
import type { Decisions } from '../domain/decisions.js';
import type { Hooks } from '../domain/hooks.js';
import type { Mode } from '../domain/lease.js';
import type { PortMode } from '../domain/ports.js';
import type { OnUnhealthy } from '../domain/recovery.js';

/** "90s", "2h", or milliseconds. */
type Duration = string | number;

/**
 * What a `docker-manual.config` file holds. The meaning and the default of each key are in docs/cli.md; relative paths
 * count from the file's folder.
 */
export interface ProjectConfig {
  readonly files?: string | readonly string[];
  readonly profiles?: string | readonly string[];
  readonly envFiles?: string | readonly string[];
  readonly name?: string;
  readonly mode?: Mode;
  readonly ttl?: Duration | null;
  readonly keepWarm?: Duration;
  readonly waitTimeout?: Duration;
  readonly accelerate?: boolean;
  readonly keepOnFailure?: boolean;
  readonly build?: BuildPolicy;
  readonly noCacheAppCode?: boolean;
  readonly pull?: PullPolicy;
  readonly onUnhealthy?: OnUnhealthy;
  readonly startEngine?: boolean;
  readonly ports?: string;
  readonly excludePorts?: string;
  readonly portMode?: PortMode;
  readonly networkPool?: string;
  readonly stateDir?: string;
  readonly watchdog?: boolean;
  readonly reconcile?: 'fix' | 'report';
  readonly decisions?: Decisions;
  readonly hooks?: Hooks;
}

/** Types for a config file in TypeScript or JavaScript: `export default defineConfig({ … })`. */
export function defineConfig(config: ProjectConfig): ProjectConfig {
  return config;
}
