import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { EnvironmentError } from '../domain/errors.js';
import { plainText } from '../domain/plain-text.js';
import { DEFAULT_PORT_RANGE, type PortRange, parsePortList, parsePortRange } from '../domain/ports.js';
import { parseSize } from '../domain/size.js';
import { parseSubnet, type Subnet } from '../domain/subnet.js';
import type { OnCall } from '../engine/traced.js';
import type { OnProgress, Progress } from './progress.js';

/** Seldom used by home and company networks; room for 4,096 networks of thirteen containers. */
const DEFAULT_NETWORK_POOL = '10.231.0.0/16';

/** What {@link createManager} takes. Everything has a default. */
export interface ManagerOptions {
  /** State folder. Else DOCKER_MANUAL_HOME, else $XDG_STATE_HOME/docker-manual, else ~/.local/state/docker-manual. */
  readonly stateDir?: string;
  /** Ports to lease from, "30000-40000" by default. Else DOCKER_MANUAL_PORTS. */
  readonly ports?: string;
  /** Ports never to lease, "30010,30100-30200". Else DOCKER_MANUAL_EXCLUDE_PORTS. */
  readonly excludePorts?: string;
  /** Pool of the small networks that are used when the engine's own are short, "10.231.0.0/16" by default. Else DOCKER_MANUAL_NETWORK_POOL. */
  readonly networkPool?: string;
  /**
   * Memory that all environments of one engine may take together by their limits, "24g", or "off". By default what the
   * engine's machine has, less a reserve; a file that needs more than that by itself then runs alone. Else
   * DOCKER_MANUAL_MEMORY_BUDGET.
   */
  readonly memoryBudget?: string;
  /** How many environments of one engine may be there at once; any number by default. Else DOCKER_MANUAL_MAX_ENVIRONMENTS. */
  readonly maxEnvironments?: number;
  /**
   * Whether one detached process per state folder removes what dead owners leave, within seconds of their death. True
   * by default; false also by DOCKER_MANUAL_WATCHDOG=off. The next command removes it in any case.
   */
  readonly watchdog?: boolean;
  /** What an acquire does with the leftovers of dead owners: remove them, or only tell. "fix" by default. */
  readonly reconcile?: 'fix' | 'report';
  /** What Compose interpolates and the engine's address is read from; `process.env` by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** The folder whose config file counts for these settings; `process.cwd()` by default. */
  readonly cwd?: string;
  /** Told what happens while an environment is made or removed. */
  readonly onProgress?: OnProgress;
  /** Told of each call to the engine when it has ended. */
  readonly onCall?: OnCall;
}

export interface Config {
  readonly stateDir: string;
  readonly ports: PortRange;
  readonly excludePorts: readonly number[];
  readonly networkPool: Subnet;
  /** Bytes; infinite where it is off, undefined where the engine's own memory is the measure. */
  readonly memoryBudget: number | undefined;
  readonly maxEnvironments: number;
  readonly watchdog: boolean;
  readonly reconcile: 'fix' | 'report';
  /** From DOCKER_MANUAL_START_ENGINE. */
  readonly startEngine: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: OnProgress;
  readonly onCall?: OnCall;
  /** The environment that another process has given to this one, by its variables. */
  readonly leased: Leased | undefined;
}

/** DM_LEASE and DM_STATE_DIR: the lease, and the state folder that knows it. */
export interface Leased {
  readonly id: string;
  readonly stateDir: string;
}

/** @throws OPTION_INVALID */
export function readConfig(options: ManagerOptions): Config {
  const env = options.env ?? process.env;
  const text = options.ports ?? env.DOCKER_MANUAL_PORTS;
  const ports = text === undefined ? DEFAULT_PORT_RANGE : parsePortRange(text);
  if (!ports) {
    const reason = `"${text}" is no port range such as 30000-40000`;
    throw new EnvironmentError('OPTION_INVALID', { option: 'ports', reason, command: 'start' });
  }
  const poolText = options.networkPool ?? env.DOCKER_MANUAL_NETWORK_POOL ?? DEFAULT_NETWORK_POOL;
  const networkPool = parseSubnet(poolText);
  if (!networkPool) {
    const reason = `"${poolText}" is no network such as ${DEFAULT_NETWORK_POOL}`;
    throw new EnvironmentError('OPTION_INVALID', { option: 'networkPool', reason, command: 'start' });
  }
  const onProgress = options.onProgress ?? warn;
  return {
    stateDir: stateFolder(options.stateDir, env),
    ports,
    excludePorts: excludedPorts(options, env),
    networkPool,
    memoryBudget: memoryBudget(options.memoryBudget ?? env.DOCKER_MANUAL_MEMORY_BUDGET),
    maxEnvironments: maxEnvironments(options.maxEnvironments ?? env.DOCKER_MANUAL_MAX_ENVIRONMENTS),
    watchdog: options.watchdog ?? !/^(off|0|false|no)$/i.test(env.DOCKER_MANUAL_WATCHDOG ?? ''),
    reconcile: options.reconcile ?? 'fix',
    startEngine: /^(on|1|true|yes)$/i.test(env.DOCKER_MANUAL_START_ENGINE ?? ''),
    env,
    onProgress,
    ...(options.onCall ? { onCall: options.onCall } : {}),
    leased: leasedBy(env, options.stateDir),
  };
}

/** Where nobody listens to progress, a notice still must not be lost. */
function warn(progress: Progress): void {
  if (progress.type === 'notice') process.emitWarning(plainText(progress.text), 'DockerManualWarning');
}

/** Somebody who names a state folder means it: a lease of another folder then counts for nothing. */
function leasedBy(env: NodeJS.ProcessEnv, stateDir: string | undefined): Leased | undefined {
  if (!env.DM_LEASE || !env.DM_STATE_DIR) return undefined;
  if (stateDir !== undefined && resolve(stateDir) !== resolve(env.DM_STATE_DIR)) return undefined;
  return { id: env.DM_LEASE, stateDir: resolve(env.DM_STATE_DIR) };
}

function excludedPorts(options: ManagerOptions, env: NodeJS.ProcessEnv): number[] {
  const text = options.excludePorts ?? env.DOCKER_MANUAL_EXCLUDE_PORTS;
  if (text === undefined || text === '') return [];
  const ranges = parsePortList(text);
  if (!ranges) {
    const reason = `"${text}" is no list of ports such as 30010,30100-30200`;
    throw new EnvironmentError('OPTION_INVALID', { option: 'excludePorts', reason, command: 'start' });
  }
  return ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

function memoryBudget(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === 'off') return Number.POSITIVE_INFINITY;
  const bytes = parseSize(text);
  if (bytes) return bytes;
  const reason = `"${text}" is no amount of memory such as 24g or 512m, nor "off"`;
  throw new EnvironmentError('OPTION_INVALID', { option: 'memoryBudget', reason, command: 'start' });
}

function maxEnvironments(value: string | number | undefined): number {
  if (value === undefined || value === '') return Number.POSITIVE_INFINITY;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  const reason = `"${value}" is no number from 1 on`;
  throw new EnvironmentError('OPTION_INVALID', { option: 'maxEnvironments', reason, command: 'start' });
}

function stateFolder(option: string | undefined, env: NodeJS.ProcessEnv): string {
  const given = option ?? env.DOCKER_MANUAL_HOME;
  if (given) return resolve(given);
  const state = env.XDG_STATE_HOME;
  // The XDG rule: a relative path is to be ignored.
  const base = state && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(base, 'docker-manual');
}
