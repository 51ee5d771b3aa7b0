import { type GraphFormat, renderGraph } from '../domain/graph.js';
import { type FileOptions, findSpec } from './compose-files.js';
import type { Context } from './context.js';
import { resolveModel } from './resolve.js';

export interface GraphOptions extends FileOptions {
  /** "mermaid" by default. */
  readonly format?: GraphFormat;
  readonly signal?: AbortSignal;
}

/** What waits for what in the user's files, as text for a diagram; where an environment of them runs, with its times. */
export async function graph(context: Context, options: GraphOptions): Promise<string> {
  const spec = findSpec(options, context.config.env);
  const signal = options.signal ?? new AbortController().signal;
  const model = await resolveModel(context.config, await context.engine(), spec, signal);
  const files = JSON.stringify(spec.files);
  const newest = (await context.store()).list().findLast((lease) => JSON.stringify(lease.spec.files) === files);
  return renderGraph(model, options.format ?? 'mermaid', newest?.timeline ?? undefined);
}
