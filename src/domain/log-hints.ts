import { imageFamily } from './image-family.js';
import type { ComposeModel } from './model.js';

/** What words, wherever they stand in a line, make it an error line. */
const SEVERE = [
  /\b(?:ERROR|FATAL|PANIC|CRITICAL|SEVERE|EMERG)\b(?!_|=0|\s*[:=]\s*(?:0|null|none)\b)/,
  /\[(?:error|err|fatal|crit|critical|emerg|alert)\]/i,
  /\blevel=(?:"?)(?:error|fatal|panic|critical)/i,
  /"(?:level|severity|s|log\.level)"\s*:\s*(?:"(?:error|fatal|critical|emergency|E|F)"|[56]0\b)/i,
  /^(?:PHP )?(?:error|fatal error|fatal|panic|parse error)\b\s*[:!]/i,
  /:\s(?:error|fatal|fatal error)\s*:/i,
  /^[EF]\d{4} \d\d:/,
  // Exceptions: JVM, Python, Node, .NET, Ruby.
  /^(?:Exception in thread|Caused by:|Unhandled exception|Uncaught |UnhandledPromiseRejection)/i,
  /^(?:[\w$]+\.)*[\w$]*(?:Error|Exception)(?:\s\[\w+\])?(?::|$)/,
  /\b(?:java|javax|org|com|io)\.[\w.$]+(?:Exception|Error)\b/,
  // Go, Rust, C.
  /^panic: |^goroutine \d+ \[|^thread '.*' panicked at|^Segmentation fault|^Illegal instruction/,
  // SQL.
  /\bSQLSTATE\b|\bORA-\d{5}\b|\bERROR \d{4} \(/,
  // What shells and the loader say.
  /: (?:not found|Permission denied|No such file or directory|cannot open|command not found|Read-only file system)\b/i,
  /exec format error|error while loading shared libraries|Error relocating|No space left on device/i,
  /\b(?:EACCES|EADDRINUSE|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENOSPC|EROFS|ENOENT)\b/,
];

/** A line that only speaks of errors: its own level is lower, or it counts none of them. */
const HARMLESS = /\b(?:0|no) errors?\b|\b(?:INFO|DEBUG|TRACE|NOTICE)\b|\[(?:info|debug|notice)\]|level=(?:info|debug)/i;
const TRACEBACK = /^Traceback \(most recent call last\)/;

/** The first line of a log that reports an error; of a Python traceback the line that names the exception. */
export function firstErrorLine(lines: readonly string[]): string | undefined {
  for (const [at, line] of lines.entries()) {
    if (TRACEBACK.test(line)) {
      const named = lines.slice(at + 1).find((later) => /^\S/.test(later));
      return (named ?? line).trim();
    }
    if (isErrorLine(line)) return line.trim();
  }
  return undefined;
}

function isErrorLine(line: string): boolean {
  const text = line.trimStart();
  return SEVERE.some((pattern) => pattern.test(text)) && !(HARMLESS.test(text) && !/\b(?:ERROR|FATAL)\b/.test(text));
}

/** Everything that is known of a service that failed. */
export interface Symptoms {
  readonly service: string;
  readonly model: ComposeModel;
  /** Why the engine could not start it; "" where it could. */
  readonly engineError: string;
  readonly log: readonly string[];
  readonly probe: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
}

interface Cause {
  readonly pattern: RegExp;
  readonly hint: string | ((match: RegExpExecArray, symptoms: Symptoms) => string);
}

/** In order: what is more special stands before what is more general. `$1` is the first group of the pattern. */
const CAUSES: readonly Cause[] = [
  {
    pattern: /superuser password is not specified/,
    hint: 'PostgreSQL wants a password for its first start: set POSTGRES_PASSWORD in the environment of the service',
  },
  {
    pattern: /Database is uninitialized and password option is not specified/i,
    hint: 'MySQL and MariaDB want a root password for their first start: set MYSQL_ROOT_PASSWORD (MARIADB_ROOT_PASSWORD)',
  },
  {
    pattern: /vm\.max_map_count \[?\d*\]?|max virtual memory areas vm\.max_map_count/,
    hint: 'the host gives too few memory maps: sudo sysctl -w vm.max_map_count=262144, or discovery.type=single-node',
  },
  {
    pattern: /advertised\.listeners|ADVERTISED_LISTENERS|No security protocol defined for listener/i,
    hint: 'a Kafka listener is missing or wrong: KAFKA_ADVERTISED_LISTENERS has to name every listener, and a name that clients can resolve',
  },
  {
    pattern: /toomanyrequests|pull rate limit|429 Too Many Requests/i,
    hint: 'the registry limits pulls: `docker login` raises the limit, a mirror or a pulled image avoids it',
  },
  {
    pattern: /manifest unknown|pull access denied|No such image|repository does not exist/i,
    hint: 'the image is not to be had: check its name and tag, log in to its registry, or build it first',
  },
  {
    pattern: /No space left on device|ENOSPC|disk quota exceeded|database or disk is full/i,
    hint: 'the disk is full: `docker system df` shows what takes the space',
  },
  {
    pattern: /Read-only file system|EROFS/i,
    hint: 'it writes to a file system that is read-only: look at read_only and at mounts that end in ":ro", or give it a tmpfs',
  },
  {
    pattern: /exec format error/i,
    hint: 'the program is for another processor, or a script has no "#!" line: compare the platform of the image with the machine',
  },
  {
    pattern: /ld-linux[\w.-]*|ld-musl[\w.-]*|libc\.so\.6|libc\.musl|GLIBC_[\d.]+|Error relocating|symbol not found/,
    hint: 'the program was built for another C library: glibc programs do not run on Alpine (musl) and the other way round; use a -slim image or build inside this one',
  },
  {
    pattern: /error while loading shared libraries: (\S+):/,
    hint: 'the image lacks the library $1: install its package',
  },
  {
    pattern: /(?:sh|bash|ash|env)(?:: line \d+| \d+)?:\s*(?:\d+:\s*)?['"‘]?([\w./+-]+)['"’]?: (?:command )?not found/,
    hint: missingProgram,
  },
  {
    pattern: /exec: "([^"]+)": (?:stat .*no such file|executable file not found)/,
    hint: missingProgram,
  },
  {
    pattern: /exec:? "?([^\s":]+)"?:? (?:failed: )?(?:no such file or directory|not found)/i,
    hint: 'there is no $1 in the image, or its interpreter is missing (a script with Windows line ends or with "#!/bin/bash" on Alpine)',
  },
  {
    pattern:
      /port is already allocated|Error starting userland proxy|failed to bind host port|ports are not available|all ports are allocated/i,
    hint: 'a port of this machine that it publishes is held by somebody else',
  },
  {
    pattern: /EADDRINUSE|address already in use|Failed to bind|could not bind/i,
    hint: 'two programs inside the container want the same port, or two services share one network (network_mode): every container has all ports to itself otherwise',
  },
  {
    pattern:
      /could not translate host name "([^"]+)"|getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)|lookup (\S+?)(?: on \S+)?: (?:no such host|server misbehaving|Temporary failure)|UnknownHostException: ([\w.-]+)|bad address '([^']+)'|resolve host(?: name)?:? '?"?([\w.-]+)|Name or service not known|Temporary failure in name resolution|nodename nor servname/i,
    hint: unknownHost,
  },
  {
    pattern: /\/var\/run\/postgresql:\d+ - (?:no response|rejecting connections)/,
    hint: 'pg_isready asks the socket, which also answers while the image is still initialising: add "-h 127.0.0.1" to the health check',
  },
  {
    pattern: /connection refused|ECONNREFUSED|Connect call failed|can't connect to|cannot reach|could not connect/i,
    hint: refused,
  },
  {
    pattern: /permission denied|EACCES|Operation not permitted/i,
    hint: 'the user of the container may not use that path: a mount keeps the owner it has on the host; set `user:`, or give the folder to the user of the image',
  },
  {
    pattern:
      /(?:environment variable|env(?:ironment)? var(?:iable)?|variable)\s+['"`]?([A-Z][A-Z0-9_]+)['"`]?\s+(?:is\s+)?(?:not set|missing|required|must be set|unset|undefined)/i,
    hint: 'the variable $1 is missing in the environment of the service',
  },
  {
    pattern: /([A-Z][A-Z0-9_]{2,}): (?:unbound variable|parameter not set|parameter null or not set)/,
    hint: 'the variable $1 is missing in the environment of the service',
  },
  {
    pattern: /KeyError: '([A-Z][A-Z0-9_]+)'|([A-Z][A-Z0-9_]{3,}) is (?:not defined|required|not set)/,
    hint: (match) => `the variable ${match[1] ?? match[2]} is missing in the environment of the service`,
  },
  {
    pattern: /Cannot find module '([^']+)'|ModuleNotFoundError: No module named '([^']+)'/,
    hint: (match) =>
      `the module ${match[1] ?? match[2]} is not in the image, or a mount hides it (a bind mount over the folder with node_modules)`,
  },
  {
    pattern: /OutOfMemoryError|heap out of memory|Cannot allocate memory|std::bad_alloc/,
    hint: 'the program ran out of memory: raise its limit (mem_limit, heap options)',
  },
];

/** What the symptoms of a failed service are known to mean, in words that say what to do; undefined where unknown. */
export function hintFor(symptoms: Symptoms): string | undefined {
  if (symptoms.oomKilled) {
    return 'the kernel killed it for more memory than its limit (OOM): raise mem_limit (deploy.resources.limits.memory) or lower what it uses';
  }
  const first = firstErrorLine(symptoms.log);
  const sources = [symptoms.engineError, first ?? '', symptoms.log.slice(-200).join('\n'), symptoms.probe];
  for (const source of sources) {
    for (const cause of CAUSES) {
      const match = cause.pattern.exec(source);
      if (match) return wordsOf(cause, match, symptoms);
    }
  }
  return exitCodeHint(symptoms.exitCode);
}

function wordsOf({ hint }: Cause, match: RegExpExecArray, symptoms: Symptoms): string {
  return typeof hint === 'function' ? hint(match, symptoms) : hint.replace('$1', match[1] ?? '');
}

function exitCodeHint(code: number): string | undefined {
  if (code === 137) return 'SIGKILL ended it: somebody killed it, or the machine ran out of memory (`dmesg` tells)';
  if (code === 127) return 'exit code 127: the command is not in the image';
  if (code === 126) return 'exit code 126: the command is there but may not be run: is the file executable?';
  if (code === 139) return 'exit code 139: the program crashed (SIGSEGV), often one for another processor or C library';
  return undefined;
}

function missingProgram(match: RegExpExecArray, { service, model }: Symptoms): string {
  const alpine = /alpine/.test(model.services[service]?.image ?? '');
  return `there is no program ${match[1]} in the image: ${alpine ? '`apk add` its package (Alpine has few)' : 'install its package'}, or correct the command or health check`;
}

function unknownHost(match: RegExpExecArray, { service, model }: Symptoms): string {
  const name = match
    .slice(1)
    .find((group) => group !== undefined)
    ?.replace(/[.:;,]+$/, '');
  if (!name) return 'a host name is unknown: services find each other by service name, on a network that both have';
  if (!(name in model.services)) {
    return `no service is called "${name}": services are ${Object.keys(model.services).join(', ')}; a name of another stack needs a shared network or an alias`;
  }
  const waits = service in model.services && name in (model.services[service]?.depends_on ?? {});
  return waits
    ? `"${name}" has ended, or is on no network that "${service}" has`
    : `"${service}" does not wait for "${name}": add depends_on: { ${name}: { condition: service_healthy } }`;
}

/** The dependency that was not ready yet: the one that the text names, else those that nobody waits for. */
function refused(match: RegExpExecArray, { service, model }: Symptoms): string {
  const dependencies = model.services[service]?.depends_on ?? {};
  const line = lineAround(match);
  const others = Object.keys(model.services).filter((name) => name !== service);
  const named = others.find((name) => new RegExp(`\\b${name.replace(/[.+]/g, '\\$&')}\\b`).test(line));
  const early = named ?? Object.keys(dependencies).find((name) => dependencies[name]?.condition === 'service_started');
  if (early === undefined) {
    return /localhost|127\.0\.0\.1|\[?::1/.test(line)
      ? 'nothing listens at that address inside the container: "localhost" there is the container itself, others go by their service name'
      : 'what it connects to does not accept connections yet, or listens on another port';
  }
  if (dependencies[early]?.condition !== 'service_healthy') {
    return `"${early}" did not accept connections yet: depends_on: { ${early}: { condition: service_healthy } } makes "${service}" wait`;
  }
  return asksTheSocket(model, early)
    ? `the health check of "${early}" asks the socket, which answers while the image still initialises: pg_isready -h 127.0.0.1`
    : `"${early}" was healthy but refused the connection: is the port the one inside its container?`;
}

function asksTheSocket(model: ComposeModel, name: string): boolean {
  const service = model.services[name];
  const test = service?.healthcheck?.test?.join(' ') ?? '';
  return imageFamily(service?.image)?.name === 'postgres' && /pg_isready(?!.*(?:-h|--host))/.test(test);
}

function lineAround(match: RegExpExecArray): string {
  const begin = match.input.lastIndexOf('\n', match.index) + 1;
  const end = match.input.indexOf('\n', match.index);
  return match.input.slice(begin, end < 0 ? undefined : end);
}
