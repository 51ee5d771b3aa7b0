import { type GraphFormat, renderGraph } from '../domain/graph.js';
import type { Context } from './context.js';
import { type SpecOptions, specAndModel } from './spec.js';

/** Whose services are drawn, and in which language. */
export interface GraphOptions extends SpecOptions {
  /** "mermaid" by default. */
  readonly format?: GraphFormat;
  readonly signal?: AbortSignal;
}

/** What waits for what in the user's files, as text for a diagram; where an environment of them runs, with its times. */
export async function graph(context: Context, options: GraphOptions): Promise<string> {
  const signal = options.signal ?? new AbortController().signal;
  const { files: spec, template: model } = await specAndModel(context.config, await context.engine(), options, signal);
  const files = JSON.stringify(spec.files);
  const newest = (await context.store()).list().findLast((lease) => JSON.stringify(lease.spec.files) === files);
  return renderGraph(model, options.format ?? 'mermaid', newest?.timeline ?? undefined);
}
