import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { configSchema } from '../../src/domain/options/config-schema.js';

export const ROOT = new URL('../../', import.meta.url).pathname;

/** README.md and everything below docs/; a new page is picked up by itself. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

/** Languages whose blocks are checked. Others have names of their own, so that none is left out by a misspelling. */
export const CHECKED = ['sh', 'console', 'ts', 'js', 'yaml', 'json'] as const;
export const UNCHECKED = ['text', 'mermaid'] as const;

/** Who looks at a block: each is a test below test/docs. */
export type Check = 'run' | 'types' | 'workflow' | 'compose' | 'config' | 'json';

export interface Block {
  readonly page: string;
  /** Of the fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** The file that the block is the content of: its first line names it, or `<!-- file: NAME -->` above. */
  readonly file: string | undefined;
  /** `<!-- not run: WHY -->` above the block, or `<!-- blocks: WHY -->` anywhere for a whole page. */
  readonly reason: string | undefined;
  /** `<!-- run by: FILE -->`: the test that does it. */
  readonly runBy: string | undefined;
  readonly check: Check | undefined;
}

const FENCE = /^( *)```([\w-]*)[^\n]*\n([\s\S]*?)^\1```$/gm;
/** "// test/a.test.ts", "# compose.yml: what it is for" */
const NAMED = /^(?:\/\/|#) ([\w./-]*\w\.\w+)(?=[,:\n])/;

/** A whole program, and not a file of the reader's project: it runs as it is. */
export function isProgram({ check, text, file }: Block): boolean {
  return check === 'types' && file === undefined && /from 'docker-manual'/.test(text) && !text.includes('defineConfig');
}

export function read(page: string): string {
  return readFileSync(ROOT + page, 'utf8');
}

export function blocksOf(page: string): Block[] {
  const text = read(page);
  const wholePage = /^<!-- blocks: (.+) -->$/m.exec(text)?.[1];
  return [...text.matchAll(FENCE)].map((match) => {
    const [, indent = '', language = '', body = ''] = match;
    const before = text.slice(0, match.index).split('\n');
    const [, directive, value] = /^ *<!-- (not run|run by|file): (.+) -->$/.exec(before.at(-2) ?? '') ?? [];
    const content = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    const file = directive === 'file' ? value : NAMED.exec(content)?.[1];
    return {
      page,
      line: before.length,
      language,
      text: content,
      file,
      reason: directive === 'not run' ? value : wholePage,
      runBy: directive === 'run by' ? value : undefined,
      check: checkOf(language, content, file),
    };
  });
}

export const BLOCKS: readonly Block[] = PAGES.flatMap(blocksOf);

/** The blocks that a test has to look at. */
export function blocksFor(check: Check): Block[] {
  return BLOCKS.filter((block) => block.check === check && block.reason === undefined);
}

function checkOf(language: string, text: string, file: string | undefined): Check | undefined {
  if (language === 'sh' || language === 'console') return 'run';
  if (language === 'ts' || language === 'js') return 'types';
  if (language === 'json')
    return file?.startsWith('docker-manual.config') || text.includes('$schema') ? 'config' : 'json';
  return language === 'yaml' ? checkOfYaml(parse(text, { merge: true }), file) : undefined;
}

function checkOfYaml(content: unknown, file: string | undefined): Check | undefined {
  if (file?.startsWith('docker-manual.config')) return 'config';
  if (Array.isArray(content)) return content.every((step) => 'uses' in step || 'run' in step) ? 'workflow' : undefined;
  if (typeof content !== 'object' || content === null) return undefined;
  if ('jobs' in content || 'pipelines' in content || file?.startsWith('.gitlab')) return 'workflow';
  const services = Object.values(('services' in content && content.services) || {}) as object[];
  if (services.length > 0 && services.every((each) => 'image' in each || 'build' in each)) return 'compose';
  const keys = Object.keys((configSchema() as { properties: object }).properties);
  return Object.keys(content).every((key) => keys.includes(key)) ? 'config' : undefined;
}
