import { type FileOptions, findSpec } from './compose-files.js';
import type { Context } from './context.js';
import { resolveModel } from './resolve.js';
import { modelSecrets } from './secrets.js';

/** The files whose secrets are wanted. */
export interface HiddenValuesOptions extends FileOptions {
  readonly signal?: AbortSignal;
}

/**
 * The passwords and keys that the user's files hold or point at, in every spelling in which a log could show them, for
 * those who hide them in logs that are not ours. Words that everybody uses ("postgres", "test") are not among them.
 *
 * @throws COMPOSE_FILE_MISSING, COMPOSE_FILE_INVALID
 */
export async function hiddenValues(context: Context, options: HiddenValuesOptions): Promise<readonly string[]> {
  const spec = await findSpec(options, context.config.env);
  const signal = options.signal ?? new AbortController().signal;
  return modelSecrets(await resolveModel(context.config, await context.engine(), spec, signal), context.config.env);
}
