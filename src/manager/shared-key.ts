import { createHash } from 'node:crypto';
import type { ComposeModel } from '../domain/model.js';
import type { AcquireOptions } from './acquire-options.js';

/**
 * Two asks are for the same environment when everything that it is made of is the same, and what its users expect of the
 * data: those who have it reset and those who do not are no users of the same.
 */
export function sharedKey(
  name: string,
  template: ComposeModel,
  { resetOnJoin }: Pick<AcquireOptions, 'resetOnJoin'>,
  ...more: readonly unknown[]
): string {
  const handOver = resetOnJoin ? [{ resetOnJoin }] : [];
  return createHash('sha256')
    .update(JSON.stringify([name, template, ...more, ...handOver]))
    .digest('hex');
}
