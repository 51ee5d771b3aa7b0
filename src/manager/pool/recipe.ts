import { resolve } from 'node:path';
import type { Spec } from '../../domain/lease.js';
import type { AcquireOptions } from '../acquire-options.js';
import { readText } from '../compose-content.js';
import { referencedFiles } from '../compose-references.js';
import type { Config } from '../config.js';
import { variablesIn } from '../model-cache.js';
import { seal, unseal } from '../sealed.js';
import { stateKey } from '../state-key.js';

/** All that a process without the asker's variables needs to make the same environment. */
export interface Recipe {
  readonly options: AcquireOptions;
  /** Those that the files may mean, with values that may be passwords. */
  readonly variables: Readonly<Record<string, string>>;
  readonly config: Pick<Config, 'ports' | 'excludePorts' | 'networkPool' | 'memoryBudget' | 'maxEnvironments'>;
}

/** What belongs to one acquire, and not to the environment that it gets. */
const NOT_OF_IT = [
  'signal',
  'owner',
  'ttl',
  'startEngine',
  'keepOnFailure',
  'onUnhealthy',
  'priority',
  'onFull',
] as const;

/** The docker client's own variables, and those of its builder. */
const CLIENT = /^(DOCKER_|BUILDKIT_|BUILDX_)/;

/**
 * What to fill a pool with, for the database: sealed with a key that is kept beside it, so that no password stands in the
 * database, nor in a copy of it. Whoever can read both files is the user, who can ask the engine for the same values.
 *
 * @throws STORE_FULL, STORE_READ_ONLY
 */
export async function sealRecipe(
  config: Config,
  options: AcquireOptions,
  files: Spec,
): Promise<{ readonly recipe: string; readonly variables: Recipe['variables'] }> {
  const kept = Object.entries(options).filter(([name]) => !NOT_OF_IT.includes(name as (typeof NOT_OF_IT)[number]));
  const { ports, excludePorts, networkPool, memoryBudget, maxEnvironments } = config;
  const recipe: Recipe = {
    options: { ...Object.fromEntries(kept), cwd: resolve(options.cwd ?? process.cwd()) },
    variables: await variablesOf(config.env, files, JSON.stringify([options.hooks ?? {}, options.seeds ?? {}])),
    config: { ports, excludePorts, networkPool, memoryBudget, maxEnvironments },
  };
  return { recipe: seal(withoutInfinity(recipe), stateKey(config.stateDir, 'pools')), variables: recipe.variables };
}

/** JSON has no infinity; null stands for it, and undefined stays out. */
function withoutInfinity({ config, ...rest }: Recipe): unknown {
  const finite = (value: number | undefined) => (value === Number.POSITIVE_INFINITY ? null : value);
  return {
    ...rest,
    config: {
      ...config,
      memoryBudget: finite(config.memoryBudget),
      maxEnvironments: finite(config.maxEnvironments),
    },
  };
}

/** Undefined where the key is another one, as when the state folder was put together anew. */
export function openRecipe(config: Config, sealed: string): Recipe | undefined {
  const recipe = unseal(sealed, stateKey(config.stateDir, 'pools')) as Recipe | undefined;
  if (!recipe) return undefined;
  const infinite = <T>(value: T | null) => (value === null ? Number.POSITIVE_INFINITY : value);
  const { memoryBudget, maxEnvironments } = recipe.config;
  return {
    ...recipe,
    config: {
      ...recipe.config,
      memoryBudget: infinite(memoryBudget) as number | undefined,
      maxEnvironments: infinite(maxEnvironments) as number,
    },
  };
}

async function variablesOf(env: NodeJS.ProcessEnv, files: Spec, hooks: string): Promise<Record<string, string>> {
  const texts = ((await referencedFiles(files)) ?? files.files).map(readText);
  const client = Object.entries(env).filter(([name]) => CLIENT.test(name) || name === 'PATH');
  return Object.fromEntries(
    [...variablesIn([...texts, hooks], env), ...client].filter(
      (each): each is [string, string] => each[1] !== undefined,
    ),
  );
}
