import { createHash } from 'node:crypto';
import type { Spec } from '../../domain/lease.js';
import type { ComposeModel } from '../../domain/model.js';
import { notAhead } from '../../domain/pool.js';
import type { Engine } from '../../engine/engine.js';
import type { AcquireOptions } from '../acquire-options.js';
import type { Config } from '../config.js';
import { seedContents } from '../seeds/fingerprint.js';
import { baseName } from '../spec.js';
import { hashBoundFiles } from './bound-files.js';

/** What all environments of a pool have in common, as 64 hex digits; or why this one cannot be made ahead of time. */
export type PoolKey =
  | {
      readonly key: string;
      /** Without what is in the files: the same question, to which changed files give another answer. */
      readonly question: string;
    }
  | { readonly why: string };

export interface Keyed {
  readonly config: Config;
  readonly engine: Pick<Engine, 'endpoint' | 'image'>;
  readonly options: AcquireOptions;
  readonly files: Spec;
  readonly template: ComposeModel;
  readonly signal: AbortSignal;
}

/**
 * Everything that decides on what an environment is: the resolved files, what was asked for, what is built, and what is in
 * the files that are bound into it. Where images lead is looked at when one is handed over.
 */
export async function poolKey({ config, engine, options, files, template, signal }: Keyed): Promise<PoolKey> {
  const { decisions = {}, portMode = 'range', services, limits, fastStorage, tuneDatabases } = options;
  const { waits, accelerate, build, noCacheAppCode, hooks, waitTimeout, seeds = {} } = options;
  const why = notAhead(template, decisions);
  if (why !== undefined) return { why };
  const bound = hashBoundFiles(config.stateDir, template);
  if ('why' in bound) return bound;
  const content = await builtContent(config, engine, template, signal);
  if (content.includes(undefined)) return { why: 'what it builds cannot be told without building it' };
  const question = [
    FORMAT,
    engine.endpoint,
    baseName(options.name, files, config.env),
    files,
    decisions,
    [portMode, config.ports, config.excludePorts],
    [services, limits, fastStorage, tuneDatabases],
    [waits, accelerate !== false, build, noCacheAppCode, hooks, waitTimeout],
    seeds,
  ];
  const seeded = seedContents(seeds, files.directory);
  const answer = [template, secretVariables(template, config.env), bound.hash, content, seeded];
  return { question: hash(question), key: hash([question, answer]) };
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** Raised when what is made of the same things becomes another. */
const FORMAT = 1;

/** Values that Compose reads only when it starts something. They go into a hash together with much else, and nowhere. */
function secretVariables({ secrets = {}, configs = {} }: ComposeModel, env: NodeJS.ProcessEnv): unknown {
  const names = [...Object.values(secrets), ...Object.values(configs)].flatMap((object) => object?.environment ?? []);
  return names.map((name) => [name, env[name]]);
}

async function builtContent(
  config: Config,
  engine: Keyed['engine'],
  template: ComposeModel,
  signal: AbortSignal,
): Promise<(string | undefined)[]> {
  if (!Object.values(template.services).some(({ build }) => build)) return [];
  const { contentOf } = await import('../build/identify.js');
  return contentOf(config, engine, template, signal);
}
