import { readFileSync } from 'node:fs';
import { isMap, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { type FileOptions, findSpec } from './compose-files.js';
import type { Context } from './context.js';

/** The service, or the key of it, that is looked for in the files. */
export interface PlaceOptions extends FileOptions {
  readonly service: string;
  /** A key of the service, "image"; the service itself by default, and where it has none. */
  readonly key?: string;
}

/** A place in one of the user's files; `line` counts from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/**
 * Where a service, or what it says of `key`, stands in the user's files: in the last one that has it. Undefined where
 * it comes from an `include`, or no file can be read.
 */
export async function place(context: Pick<Context, 'config'>, options: PlaceOptions): Promise<Place | undefined> {
  const { files } = await findSpec(options, context.config.env);
  const paths = [
    ['services', options.service, options.key ?? ''],
    ['services', options.service],
  ];
  for (const path of paths) {
    for (const file of [...files].reverse()) {
      const line = lineOf(file, path);
      if (line !== undefined) return { file, line };
    }
  }
  return undefined;
}

/** The line of the key itself, not of its value. */
function lineOf(file: string, path: readonly string[]): number | undefined {
  const lines = new LineCounter();
  const options = { lineCounter: lines, merge: true, logLevel: 'silent', strict: false } as const;
  for (const document of parseAllDocuments(readText(file), options)) {
    if (!('getIn' in document)) continue; // an empty file
    const map = document.getIn(path.slice(0, -1), true);
    const key = isMap(map) ? map.items.find(({ key }) => isNode(key) && String(key) === path.at(-1))?.key : undefined;
    if (isNode(key) && key.range) return lines.linePos(key.range[0]).line;
  }
  return undefined;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
