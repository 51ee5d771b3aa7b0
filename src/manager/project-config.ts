import type { BuildPolicy, PullPolicy } from '../domain/build/policy.js';
import type { Decisions } from '../domain/decisions.js';
import type { EnvironmentKind } from '../domain/environment-kind.js';
import type { Hooks } from '../domain/hooks.js';
import type { Mode } from '../domain/lease.js';
import type { PortMode } from '../domain/ports.js';
import type { OnUnhealthy } from '../domain/recovery.js';
import type { Seeds } from '../domain/seeds.js';
import type { Variants } from '../domain/variant.js';

/** "90s", "2h", or milliseconds. */
type Duration = string | number;

/** The options that a config file may hold; docs/configuration.md has the meaning and the default of each. */
interface ConfigOptions {
  readonly files?: string | readonly string[];
  readonly template?: string;
  readonly image?: string;
  readonly profiles?: string | readonly string[];
  readonly envFiles?: string | readonly string[];
  readonly name?: string;
  readonly env?: EnvironmentKind;
  readonly variant?: string;
  readonly alpine?: boolean;
  readonly productionImages?: boolean;
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
}

/** What a `docker-manual.config` file holds; relative paths count from its folder. */
export interface ProjectConfig extends ConfigOptions {
  readonly hooks?: Hooks;
  readonly seeds?: Seeds;
  readonly variants?: Variants;
  /** What counts for one kind of environment only, before what is said of all. */
  readonly kinds?: Partial<Readonly<Record<EnvironmentKind, Omit<ConfigOptions, 'env'>>>>;
}

/** Types for a config file in TypeScript or JavaScript: `export default defineConfig({ … })`. */
export function defineConfig(config: ProjectConfig): ProjectConfig {
  return config;
}
