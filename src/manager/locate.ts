import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { Hazard } from '../domain/hazards/hazard.js';
import type { Spec } from '../domain/lease.js';

/** A hazard with its place. `line` counts from 1; absent where the text comes from an `include` or `extends`. */
export type LocatedHazard = Hazard & { readonly file: string; readonly line?: number };

/**
 * Finds each hazard in the user's files. Compose decides what a file means; this only looks for the line, in the last
 * file that has the path, else the nearest level above it that some file has.
 */
export function locate(hazards: readonly Hazard[], files: Spec): LocatedHazard[] {
  const documents = files.files.map(readDocument).reverse();
  const fallback = files.files.at(-1) ?? '';
  return hazards.map((hazard) => {
    for (let depth = hazard.path.length; depth > 1; depth--) {
      for (const { file, lineOf } of documents) {
        const line = lineOf(hazard.path.slice(0, depth));
        if (line !== undefined) return { ...hazard, file, line };
      }
    }
    return { ...hazard, file: fallback };
  });
}

function readDocument(file: string): { file: string; lineOf: (path: readonly string[]) => number | undefined } {
  const counter = new LineCounter();
  // Compose merges "<<" and has its own tags; aliases without number are legal in its files.
  const document = parseDocument(readFileSync(file, 'utf8'), {
    lineCounter: counter,
    merge: true,
    logLevel: 'silent',
    strict: false,
  });
  return {
    file,
    lineOf(path) {
      const node = document.getIn(path, true);
      if (!isNode(node) || !node.range) return undefined;
      return counter.linePos(node.range[0]).line;
    },
  };
}
