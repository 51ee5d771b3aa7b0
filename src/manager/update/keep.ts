import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AcquireOptions } from '../acquire-options.js';
import type { BroughtUp } from '../bring-up.js';
import type { Context } from '../context.js';
import { leaseFolder } from '../lease-folder.js';
import { askedAgain, keepsEditions, makingsOf, writeEdition } from './edition.js';

/**
 * Writes down what a new environment is made of, where it may be changed later. `sharedKey`: by which others will find it.
 *
 * @throws STORE_FULL, STORE_READ_ONLY
 */
export async function keepFirstEdition(
  context: Context,
  { lease, model, bindings, override }: BroughtUp,
  options: AcquireOptions,
  sharedKey: string | null,
): Promise<void> {
  if (!keepsEditions(lease)) return;
  const { config } = context;
  const [engine, store] = await Promise.all([context.engine(), context.store()]);
  const signal = options.signal ?? new AbortController().signal;
  writeEdition({ config, store, record: lease }, 'present', {
    ...{ asked: askedAgain(options), spec: lease.spec, sharedKey, model, bindings, at: Date.now() },
    override: readFileSync(join(leaseFolder(config, lease), 'override.yml'), 'utf8'),
    makings: await makingsOf(engine, model, override, signal),
  });
}
