import type {
  AcquireOptions,
  BuildPolicy,
  Decisions,
  EnvironmentKind,
  ManagerOptions,
  Mode,
  PoolOption,
  PortMode,
  PullPolicy,
} from '../../index.js';
import { showNotices } from './notices.js';
import type { ProgressRenderer } from './render-progress.js';

/** What `start`, `run` and `plan` read from the command line; see options.ts. */
export interface SpecFlags {
  readonly file?: string[];
  readonly template?: string;
  readonly image?: string;
  readonly profile?: string[];
  readonly envFile?: string[];
  readonly name?: string;
  readonly env?: EnvironmentKind;
  readonly variant?: string;
  readonly alpine?: boolean;
  readonly mode?: Mode;
  readonly external?: Readonly<Record<string, 'fresh' | 'clone' | 'share'>>;
  readonly hostNetwork?: Readonly<Record<string, 'convert' | 'exclusive' | 'share'>>;
  readonly binds?: Readonly<Record<string, 'private' | 'copy' | 'share'>>;
  readonly foreign?: Readonly<Record<string, 'share'>>;
  readonly limits?: 'none' | 'recommended';
  readonly fastStorage?: 'volume' | 'tmpfs' | 'auto';
  readonly tuneDatabases?: boolean;
}

export interface AcquireFlags extends SpecFlags {
  readonly services?: readonly string[];
  readonly waitTimeout?: number;
  /** Always there, since only `--no-accelerate` can be given. */
  readonly accelerate: boolean;
  readonly portMode?: PortMode;
  readonly startEngine?: boolean;
  readonly keepOnFailure?: boolean;
  readonly priority?: number;
  /** Always there, since only `--no-queue` can be given. */
  readonly queue: boolean;
  readonly queueTimeout?: number;
  readonly build?: BuildPolicy;
  /** Always there, since only `--no-rebuild` can be given. */
  readonly rebuild: boolean;
  readonly rebuildAll?: boolean;
  readonly pull?: PullPolicy;
  readonly pool?: PoolOption;
}

export interface ManagerFlags {
  readonly ports?: string;
  readonly networkPool?: string;
  readonly excludePorts?: string;
  readonly stateDir?: string;
  readonly memoryBudget?: string;
  readonly maxEnvironments?: number;
}

export function managerOptions(flags: ManagerFlags): ManagerOptions {
  return { ...managerSettings(flags), onProgress: showNotices };
}

/** Progress and calls go to a renderer. */
export function renderedOptions(flags: ManagerFlags, { show, call }: ProgressRenderer): ManagerOptions {
  return { ...managerSettings(flags), onProgress: show, ...(call ? { onCall: call } : {}) };
}

export function managerSettings(flags: ManagerFlags) {
  const { ports, excludePorts, networkPool, stateDir, memoryBudget, maxEnvironments } = flags;
  return defined({ ports, excludePorts, networkPool, stateDir, memoryBudget, maxEnvironments });
}

export function specOptions(flags: SpecFlags) {
  const decisions: Decisions = defined({
    external: flags.external,
    hostNetwork: flags.hostNetwork,
    binds: flags.binds,
    foreign: flags.foreign,
  });
  const { file, template, image, profile, envFile, name, env, variant, alpine, mode } = flags;
  const spec = { files: file, template, image, profiles: profile, envFiles: envFile, name, env, variant, alpine, mode };
  const { limits, fastStorage, tuneDatabases } = flags;
  return { ...defined({ ...spec, limits, fastStorage, tuneDatabases }), decisions };
}

export function acquireOptions(flags: AcquireFlags): AcquireOptions {
  const { waitTimeout, portMode, startEngine, keepOnFailure, priority, queueTimeout, pull, pool } = flags;
  const build = flags.rebuildAll ? 'all' : flags.rebuild === false ? 'none' : flags.build;
  return {
    ...specOptions(flags),
    ...defined({ only: flags.services, build, pull, pool }),
    ...defined({ waitTimeout, portMode, startEngine, keepOnFailure, priority, queueTimeout }),
    ...(flags.accelerate ? {} : { accelerate: false }),
    ...(flags.queue ? {} : { onFull: 'fail' as const }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that were not given: an absent option and an undefined one are not the same to the manager. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
