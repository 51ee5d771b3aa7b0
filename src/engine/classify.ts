import { EnvironmentError, type ErrorCode, type ErrorParams } from '../domain/errors.js';

/**
 * What the engine and Compose say, and what it means. Status codes alone lie (a port conflict is 500, an exhausted
 * address pool 404), and so do Compose's exit codes (14 and 15 exist only before 2.36), so the text decides.
 * Texts of engine 26.1 and 28.5, Compose 2.26 and 2.40.
 */
interface Rule {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** Named groups of the pattern are parameters too. */
  readonly params?: ErrorParams;
}

const ENGINE_RULES: readonly Rule[] = [
  { pattern: /EACCES|permission denied while trying to connect/i, code: 'ENGINE_FORBIDDEN' },
  {
    pattern:
      /ENOENT|ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ECONNRESET|EPIPE|socket hang up|cannot connect to the docker daemon|error during connect/i,
    code: 'ENGINE_UNAVAILABLE',
  },
];

const COMPOSE_RULES: readonly Rule[] = [
  {
    pattern:
      /could not find an available, non-overlapping IPv4 address pool|all predefined address pools have been fully subnetted/,
    code: 'NETWORKS_EXHAUSTED',
  },
  {
    pattern: /is not a docker command|unknown command: docker compose|unknown (?:short)?hand flag: 'f' in -f|ENOENT/,
    code: 'COMPOSE_UNAVAILABLE',
  },
  {
    pattern:
      /(?<reason>manifest unknown|pull access denied[^\n]*|toomanyrequests[^\n]*|No such image: [^\n]*|(?:failed to resolve reference|Get "https?:\/\/)[^\n]*)/,
    code: 'IMAGE_UNAVAILABLE',
  },
];

/** An error of the API client as one of ours. */
export function classifyEngineError(operation: string, endpoint: string, cause: unknown): EnvironmentError {
  const reason = reasonOf(cause);
  const rule = ENGINE_RULES.find((r) => r.pattern.test(reason));
  return new EnvironmentError(rule?.code ?? 'ENGINE_FAILED', { endpoint, operation, reason }, { cause });
}

/** The stderr of a failed Compose command as one of ours; `fallback` where no rule knows the text. */
export function classifyComposeError(
  stderr: string,
  endpoint: string,
  fallback: ErrorCode,
  params: ErrorParams,
): EnvironmentError {
  const reason = essence(stderr);
  // A pull that is cancelled because its sibling failed claims that no daemon runs; the sibling's line is the cause.
  for (const rule of [...COMPOSE_RULES, ...ENGINE_RULES]) {
    const match = rule.pattern.exec(stderr);
    if (match) return new EnvironmentError(rule.code, { ...params, endpoint, reason, ...rule.params, ...match.groups });
  }
  return new EnvironmentError(fallback, { ...params, endpoint, reason });
}

/** Compose prints progress first and the error last; this is the error. */
export function essence(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(time=|\s*(Network|Container|Volume|Image) \S+\s+\w+$)/.test(line));
  return (lines.at(-1) ?? stderr.trim()).replace(/^(Error response from daemon: |Error )/, '');
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const api = (cause as { json?: { message?: string } }).json?.message;
  return (api ?? cause.message).replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
}
