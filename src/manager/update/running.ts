import type { LeaseRecord } from '../../domain/lease.js';
import type { ComposeModel } from '../../domain/model.js';
import type { Engine } from '../../engine/engine.js';
import type { LeaseStore } from '../../store/lease-store.js';
import type { Config } from '../config.js';
import { modelOf, resolveModel } from '../resolve.js';
import { keepsEditions, readEdition } from './edition.js';

/**
 * The model that an environment was made of: the one kept, where its files may say something else by now; else what its
 * files say.
 *
 * @throws COMPOSE_FILE_INVALID
 */
export async function runningModel(
  { config, engine, store }: { readonly config: Config; readonly engine: Engine; readonly store: LeaseStore },
  record: LeaseRecord,
  signal: AbortSignal,
): Promise<ComposeModel> {
  const kept = keepsEditions(record) ? readEdition({ config, store, record }, 'present')?.model : undefined;
  return kept ?? modelOf(await resolveModel(config, engine, record.spec, signal), record.project);
}
