import { readFileSync } from 'node:fs';

/**
 * What the documents of a compose file say, before Compose has put anything in; undefined for what is no YAML. Read as
 * leniently as Compose does, which says what is wrong with it.
 */
export async function composeContents(text: string): Promise<readonly unknown[] | undefined> {
  const { parseAllDocuments } = await import('yaml'); // 30 ms, and most commands do not need it
  try {
    const documents = [...parseAllDocuments(text, { merge: true, logLevel: 'silent', strict: false })];
    if (documents.some((document) => document.errors.length > 0)) return undefined;
    return documents.map((document) => document.toJS({ maxAliasCount: -1 }));
  } catch {
    return undefined;
  }
}

/** Null where there is none. */
export function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // absent, or no file
  }
}
