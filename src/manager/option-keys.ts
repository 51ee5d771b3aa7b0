import type { ResourceOptions } from '../domain/resources.js';
import type { AcquireOptions } from './acquire-options.js';
import type { FileOptions } from './compose-files.js';
import type { ManagerOptions } from './config.js';
import type { SpecOptions } from './spec.js';

/** The keys that calls of the manager know: any other is a mistake, and the config file's other keys are not theirs. */
export const MANAGER_KEYS: readonly (keyof ManagerOptions)[] = [
  'stateDir',
  'ports',
  'excludePorts',
  'networkPool',
  'memoryBudget',
  'maxEnvironments',
  'watchdog',
  'reconcile',
  'env',
  'cwd',
  'onProgress',
  'onCall',
];

/** Which files are read, and of which kind and variant. */
const FOUND_BY: readonly (keyof FileOptions)[] = [
  'files',
  'template',
  'image',
  'profiles',
  'envFiles',
  'env',
  'variant',
  'alpine',
  'variants',
  'cwd',
];
const RESOURCE_KEYS: readonly (keyof ResourceOptions)[] = ['services', 'limits', 'fastStorage', 'tuneDatabases'];
const SPEC_KEYS: readonly (keyof SpecOptions)[] = [...FOUND_BY, 'name', 'mode', 'portMode', 'productionImages'];

export const ACQUIRE_KEYS: readonly (keyof AcquireOptions)[] = [
  ...SPEC_KEYS,
  ...RESOURCE_KEYS,
  'only',
  'keepWarm',
  'resetOnJoin',
  'waitTimeout',
  'ttl',
  'accelerate',
  'keepOnFailure',
  'onUnhealthy',
  'startEngine',
  'build',
  'noCacheAppCode',
  'pull',
  'owner',
  'waits',
  'decisions',
  'hooks',
  'pool',
  'seeds',
  'priority',
  'onFull',
  'queueTimeout',
  'signal',
];
export const FILE_KEYS = [...FOUND_BY, 'only', 'signal'];
export const CHANGE_KEYS = ['name', 'waitTimeout', 'cwd', 'signal'];
export const REBUILD_KEYS = [...SPEC_KEYS, 'services', 'noCache', 'waitTimeout', 'signal'];
export const PLAN_KEYS = [...SPEC_KEYS, ...RESOURCE_KEYS, 'decisions', 'twice', 'signal'];
export const GRAPH_KEYS = [...SPEC_KEYS, 'format', 'signal'];
