/** Which entries of a folder a `.dockerignore` keeps out of a build: what the engine's own matcher says (moby/patternmatcher). */
export interface IgnoreRules {
  readonly patterns: readonly Pattern[];
  /** True when some pattern begins with "!": an ignored folder may then still hold entries that count. */
  readonly exceptions: boolean;
}

interface Pattern {
  readonly text: string;
  readonly exception: boolean;
  readonly matches: (path: string) => boolean;
}

/** What is known of a folder, for the entries in it. */
export interface Judged {
  readonly ignored: boolean;
  /** Which patterns were found to match the entry itself or a folder above it. */
  readonly matched: readonly boolean[];
}

/** Undefined where the engine would refuse the file, or a pattern could mean something else to it than to us. */
export function parseIgnore(text: string): IgnoreRules | undefined {
  const patterns: Pattern[] = [];
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    if (line.startsWith('#') || line.trim() === '') continue;
    const pattern = parseLine(line.trim());
    if (!pattern) return undefined;
    patterns.push(pattern);
  }
  return { patterns, exceptions: patterns.some((pattern) => pattern.exception) };
}

/**
 * The entry at `path`, with "/" between its parts and counted from the context; `parent` is undefined at the top. As in the
 * engine's matcher, a pattern that could change nothing is not asked, and what it would have said of a folder is not
 * known in it: of "[ab]/**" and "!*", the folder b counts, and b/a does not.
 */
export function judge(rules: IgnoreRules, path: string, parent: Judged | undefined): Judged {
  let ignored = false;
  const matched = rules.patterns.map((pattern, i) => {
    const matches = parent?.matched[i] === true || (pattern.exception === ignored && pattern.matches(path));
    if (matches) ignored = !pattern.exception;
    return matches;
  });
  return { ignored, matched };
}

/** Whether an ignored folder has to be looked through for what an exception lets in; where nothing is found it does not count. */
export function mayHoldExceptions(rules: IgnoreRules, path: string): boolean {
  if (!rules.exceptions) return false;
  const plain = rules.patterns
    .filter((p) => p.exception)
    .map((p) => p.text.replace(/\/\*\*$/, '').replace(/\/\*$/, ''));
  return plain.some((text) => /[*[\]?^]/.test(text) || `${text}/`.startsWith(`${path}/`));
}

function parseLine(line: string): Pattern | undefined {
  const marked = line.startsWith('!');
  const given = marked ? line.slice(1).trim() : line;
  if (given === '') return undefined;
  const cleaned = clean(given);
  const rooted = cleaned.length > 1 && cleaned.startsWith('/') ? cleaned.slice(1) : cleaned;
  // The engine cleans once more with the mark before it, to which "!.." is a name: "!../../a" is "a", and no exception.
  const whole = marked ? clean(`!${rooted}`) : rooted;
  const exception = whole.startsWith('!') && marked;
  const text = exception ? whole.slice(1) : whole;
  const matches = matcher(text);
  return matches && { text, exception, matches };
}

/** Go's filepath.Clean. */
function clean(path: string): string {
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!rooted) parts.push(part);
  }
  return `${rooted ? '/' : ''}${parts.join('/')}` || '.';
}

/** Letters and digits behind a backslash mean different things in different regular expressions. */
const AMBIGUOUS = /\\(?:[A-Za-z0-9]|$)/;

function matcher(text: string): Pattern['matches'] | undefined {
  if (AMBIGUOUS.test(text)) return undefined;
  if (!/[*?[\]\\]/.test(text)) return (path) => path === text;
  if (text === '**') return () => true;
  // A leading "**" is no expression to the engine where nothing else in the pattern is one: it compares the end.
  const suffix = /^\*\*([^*?[\]\\]+)$/.exec(text)?.[1];
  if (suffix !== undefined)
    return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1));
  try {
    const expression = new RegExp(`^${translate(text)}$`);
    return (path) => expression.test(path);
  } catch {
    return undefined;
  }
}

function translate(text: string): string {
  return text.replace(/\*\*\/?|\\.|[*?.+()|{}$]/g, (found, at: number) => {
    if (found.startsWith('**')) return at + found.length === text.length ? '.*' : '(.*/)?';
    if (found.startsWith('\\')) return found;
    if (found === '*') return '[^/]*';
    return found === '?' ? '[^/]' : `\\${found}`;
  });
}
