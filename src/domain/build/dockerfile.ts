/** What a build takes from elsewhere than its context, as far as its Dockerfile says. */
export interface DockerfileFacts {
  /** Images that it begins with or copies from; stages of its own are none. */
  readonly images: readonly string[];
  /** Why its result cannot be known from what we can see; undefined where it can. */
  readonly unknowable: string | undefined;
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

const OWN_SYNTAX = /^(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?:[:@]|$)/;
const REMOTE = /^(?:https?|ftp|git|ssh):\/\/|^git@/;
/** Set by the builder, for the platform that it builds for. */
const PLATFORM_ARGUMENT = /^(?:BUILD|TARGET)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT)$/;

/** Reads a Dockerfile as far as its sources are concerned; `args` are the build's own. */
export function readDockerfile(text: string, args: Readonly<Record<string, string | null>>): DockerfileFacts {
  const { syntax, continuation } = directives(text);
  const frontend = args.BUILDKIT_SYNTAX ?? syntax;
  if (frontend !== undefined && !OWN_SYNTAX.test(frontend)) {
    return { images: [], unknowable: `its Dockerfile is read by ${frontend}` };
  }
  const reading = new Reading(args);
  for (const instruction of instructions(text, continuation)) reading.take(instruction);
  return reading.facts();
}

class Reading {
  readonly #args: Readonly<Record<string, string | null>>;
  readonly #globals = new Map<string, string>();
  readonly #stages = new Set<string>();
  readonly #images = new Set<string>();
  #begun = false;
  #unknowable: string | undefined;

  constructor(args: Readonly<Record<string, string | null>>) {
    this.#args = args;
  }

  facts(): DockerfileFacts {
    return { images: [...this.#images], unknowable: this.#unknowable };
  }

  take({ name, rest }: Instruction): void {
    if (name === 'ARG' && !this.#begun) this.#argument(rest);
    else if (name === 'FROM') this.#from(rest);
    else if (name === 'COPY' || name === 'ADD' || name === 'RUN') this.#uses(name, rest);
  }

  #argument(rest: string): void {
    for (const [, key = '', quoted, plain] of rest.matchAll(/(\w+)(?:=(?:"([^"]*)"|(\S*)))?/g)) {
      const value = this.#args[key] ?? this.#expand(quoted ?? plain?.replace(/^'(.*)'$/, '$1') ?? '');
      this.#globals.set(key, value);
    }
  }

  #from(rest: string): void {
    this.#begun = true;
    const words = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
    const image = this.#expand((words[0] ?? '').replace(/^["'](.*)["']$/, '$1'));
    this.#image(image);
    if (words[1]?.toUpperCase() === 'AS' && words[2]) this.#stages.add(words[2].toLowerCase());
  }

  #uses(name: string, rest: string): void {
    for (const [, from = ''] of rest.matchAll(/(?:--from=|--mount=\S*?\bfrom=)([^\s,]+)/g)) {
      if (from.includes('$')) this.#unknowable ??= `its Dockerfile takes files from ${from}`;
      else if (!/^\d+$/.test(from)) this.#image(from);
    }
    if (name !== 'ADD' || /--checksum=/.test(rest)) return;
    const remote = rest.split(/[\s,["']+/).find((word) => REMOTE.test(word) || word.startsWith('$'));
    if (remote !== undefined) this.#unknowable ??= `its Dockerfile adds ${remote}`;
  }

  #image(image: string): void {
    if (image !== '' && image !== 'scratch' && !this.#stages.has(image.toLowerCase())) this.#images.add(image);
  }

  #expand(text: string): string {
    return text.replace(/\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^}]*))?\}|)/g, (found, bare, braced, form, other = '') => {
      const name: string | undefined = bare ?? braced;
      if (name === undefined || PLATFORM_ARGUMENT.test(name)) {
        this.#unknowable ??= `its base image is ${text}`;
        return found;
      }
      const value = this.#globals.get(name) ?? '';
      if (form === undefined) return value;
      if (form.endsWith('-')) return value === '' ? other : value;
      return value === '' ? '' : other;
    });
  }
}

/** The comments at the top that mean something. */
function directives(text: string): { syntax: string | undefined; continuation: string } {
  const found = new Map<string, string>();
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const [, key, value] = /^\s*#\s*(\w+)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) break;
    found.set(key.toLowerCase(), value);
  }
  return { syntax: found.get('syntax'), continuation: found.get('escape') === '`' ? '`' : '\\' };
}

function instructions(text: string, continuation: string): Instruction[] {
  const found: Instruction[] = [];
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const joined = join(lines, i, continuation);
    i = joined.last;
    const [, name, rest] = /^\s*(\w+)\s+([\s\S]*?)\s*$/.exec(joined.text) ?? [];
    if (name === undefined || rest === undefined) continue;
    found.push({ name: name.toUpperCase(), rest });
    if (/^(?:RUN|COPY|ADD)$/i.test(name)) i = afterHeredocs(rest, lines, i);
  }
  return found;
}

/** The instruction that begins in a line, as one; comments and empty lines may stand in it. */
function join(lines: readonly string[], first: number, continuation: string): { text: string; last: number } {
  const continued = continuation === '`' ? /`[ \t]*$/ : /\\[ \t]*$/;
  let text = '';
  for (let i = first; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const blank = /^\s*(?:#|$)/.test(line);
    if (!blank) text += line.replace(continued, ' ');
    if (blank ? text === '' : !continued.test(line)) return { text, last: i };
  }
  return { text, last: lines.length };
}

/** The last line of the documents that an instruction has behind it (`RUN <<EOF`). */
function afterHeredocs(rest: string, lines: readonly string[], at: number): number {
  let last = at;
  for (const [, tabs, end] of rest.matchAll(/<<(-?)["']?([A-Za-z_]\w*)["']?/g)) {
    const strip = (line: string) => (tabs ? line.replace(/^\t+/, '') : line);
    const found = lines.findIndex((line, i) => i > last && strip(line) === end);
    if (found < 0) return last; // `<<` of the shell, or a Dockerfile that the engine refuses
    last = found;
  }
  return last;
}
