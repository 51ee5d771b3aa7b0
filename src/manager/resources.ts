import { fastStorageSize } from '../domain/hazards/fast-storage.js';
import type { Mode } from '../domain/lease.js';
import { memoryNeed } from '../domain/memory-need.js';
import type { ComposeModel } from '../domain/model.js';
import type { ProcessOwner } from '../domain/owner.js';
import { checkResources, type ResourceOptions, type Resources } from '../domain/resources.js';
import type { Engine } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import { budgetOf } from './budget.js';
import type { Config } from './config.js';

interface Circumstances {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly owner: ProcessOwner;
  readonly template: ComposeModel;
  readonly mode: Mode;
  readonly signal: AbortSignal;
}

/** What was asked for, with `auto` decided. @throws OPTION_INVALID */
export async function resourcesOf(about: Circumstances, options: ResourceOptions): Promise<Resources> {
  const { services, limits, tuneDatabases, fastStorage = 'volume' } = options;
  checkResources(about.template, options);
  const inMemory = fastStorage === 'tmpfs' || (fastStorage === 'auto' && (await hasPlenty(about)));
  return {
    ...(services ? { services } : {}),
    ...(limits ? { limits } : {}),
    ...(tuneDatabases ? { tuneDatabases } : {}),
    fastStorage: inMemory ? 'tmpfs' : 'volume',
  };
}

/**
 * Twice what the environment would take with its data in memory is free. Never for what is to stay, nor in the virtual
 * machine of Docker Desktop, whose memory is short and whose volumes are fast.
 */
async function hasPlenty({ config, engine, store, owner, template, mode, signal }: Circumstances): Promise<boolean> {
  if (mode === 'production' || (await engine.info(signal)).virtual) return false;
  const { budget } = await budgetOf(config, engine, owner, signal);
  const here = store.list().filter((lease) => lease.engine.endpoint === engine.endpoint);
  const free = here.reduce((left, { memory }) => left - memory, budget.memory);
  return free >= 2 * (memoryNeed(template).bytes + fastStorageSize(Object.values(template.services)));
}
