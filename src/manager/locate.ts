import { readFileSync } from 'node:fs';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Hazard } from '../domain/hazards/hazard.js';
import type { Spec } from '../domain/lease.js';

/** A hazard with its place. `line` counts from 1; absent where the text comes from an `include` or `extends`. */
export type LocatedHazard = Hazard & { readonly file: string; readonly line?: number };

/**
 * Finds each hazard in the user's files. Compose decides what a file means; this only looks for the line, in the last
 * file that has the path, else the nearest level above it that some file has. An item of a list is looked for by what it
 * is mounted or published as: Compose has merged the lists of several files, and made several items of a range.
 */
export function locate(hazards: readonly Hazard[], files: Spec): LocatedHazard[] {
  const documents = files.files.flatMap(readDocuments).reverse();
  const fallback = files.files.at(-1) ?? '';
  return hazards.map((hazard) => {
    const [, target] = hazard.was.split(' -> ');
    for (let depth = hazard.path.length; depth > 1; depth--) {
      for (const { file, lineOf } of documents) {
        const line = lineOf(hazard.path.slice(0, depth), target);
        if (line !== undefined) return { ...hazard, file, line };
      }
    }
    return { ...hazard, file: fallback };
  });
}

interface FileDocument {
  readonly file: string;
  lineOf(path: readonly string[], target: string | undefined): number | undefined;
}

function readDocuments(file: string): FileDocument[] {
  const lineCounter = new LineCounter();
  // Compose merges "<<" and has its own tags; aliases without number are legal in its files.
  const options = { lineCounter, merge: true, logLevel: 'silent', strict: false } as const;
  const documents = parseAllDocuments(readText(file), options) as Document[];
  return documents.map((document) => ({
    file,
    lineOf(path, target) {
      const key = path.at(-1) ?? '';
      const node = /^\d+$/.test(key)
        ? itemOf(document.getIn(path.slice(0, -1), true), target)
        : document.getIn(path, true);
      return isNode(node) && node.range ? lineCounter.linePos(node.range[0]).line : undefined;
    },
  }));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it was there when Compose read it
  }
}

/** The item with that target: "./data:/data:ro", "5432:5432/tcp", { target: 80 }. */
function itemOf(list: unknown, target: string | undefined): unknown {
  if (!isSeq(list) || target === undefined) return undefined;
  const [wanted] = /^\d+\/\w+$/.test(target) ? target.split('/') : [target];
  return list.items.find((item) => {
    const parts = isMap(item) ? [String(item.get('target'))] : isScalar(item) ? String(item.value).split(':') : [];
    return parts.some((part) => part === target || part.replace(/(.)\/+$/, '$1') === wanted);
  });
}
