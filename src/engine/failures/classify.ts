import { EnvironmentError, type ErrorCode, type ErrorParams } from '../../domain/errors.js';
import { COMPOSE_RULES, WARNING_RULES } from './compose-rules.js';
import { parseComposeText, sentence } from './compose-text.js';
import { CLIENT_RULES, ENGINE_RULES } from './engine-rules.js';
import type { ComposeOperation, FailureRule } from './rule.js';

/** What a failed Compose command is where no rule knows its text: its own words are in the message then. */
const OTHERWISE: Readonly<Record<ComposeOperation, ErrorCode>> = {
  'compose version': 'COMPOSE_UNAVAILABLE',
  'compose config': 'COMPOSE_FILE_INVALID',
  'compose pull': 'IMAGE_UNAVAILABLE',
  'compose build': 'BUILD_FAILED',
  'compose create': 'CREATE_FAILED',
  'compose up': 'CREATE_FAILED',
};

/** Something that an engine or Compose has said. */
export interface Utterance {
  readonly operation: string;
  /** null where the API gave no answer; undefined where the text comes from Compose, which tells none. */
  readonly status?: number | null | undefined;
  readonly text: string;
}

/** An error of the API client as one of ours. */
export function classifyEngineError(operation: string, endpoint: string, cause: unknown): EnvironmentError {
  const text = textOf(cause);
  const status = (cause as { statusCode?: number } | undefined)?.statusCode ?? null;
  const found = find([...ENGINE_RULES, ...CLIENT_RULES], { operation, status, text });
  const params = { endpoint, operation, reason: sentence(text), ...found?.params };
  return new EnvironmentError(found?.rule.code ?? 'ENGINE_FAILED', params, { cause });
}

/** Why a container could not be started, as the engine has written it down with the container. */
export function classifyRefusal(endpoint: string, text: string): EnvironmentError {
  const operation = 'start container';
  const found = find(ENGINE_RULES, { operation, text });
  const params = { endpoint, operation, reason: sentence(text), ...found?.params };
  return new EnvironmentError(found?.rule.code ?? 'START_FAILED', params);
}

/** The stderr of a failed Compose command as one of ours. */
export function classifyComposeError(
  operation: ComposeOperation,
  endpoint: string,
  stderr: string,
  params: ErrorParams,
): EnvironmentError {
  const { body, error, subject } = parseComposeText(stderr);
  // A build's log quotes whatever its programs say; its last word is its own.
  const text = operation === 'compose build' ? error : body;
  const found = find([...ENGINE_RULES, ...COMPOSE_RULES], { operation, text });
  // Of pulls side by side each has a line; the one that was understood is the reason.
  const reason = found && operation === 'compose pull' ? sentence(found.line) : error;
  const known = { ...params, ...subject, endpoint, operation, reason, ...found?.params };
  return new EnvironmentError(found?.rule.code ?? OTHERWISE[operation], known);
}

/** What Compose has only warned of, and what breaks the isolation all the same. */
export function classifyComposeWarning(operation: ComposeOperation, stderr: string): EnvironmentError | undefined {
  const { warnings } = parseComposeText(stderr);
  const found = find(WARNING_RULES, { operation, text: warnings });
  return found && new EnvironmentError(found.rule.code, { operation, reason: found.line.trim(), ...found.params });
}

interface Finding {
  readonly rule: FailureRule;
  readonly params: ErrorParams;
  /** The line of the text in which the rule's pattern was found. */
  readonly line: string;
}

/** The first rule that applies. */
export function find(rules: readonly FailureRule[], { operation, status, text }: Utterance): Finding | undefined {
  for (const rule of rules) {
    if (rule.during && !(rule.during as readonly string[]).includes(operation)) continue;
    if (rule.status === null && status !== null) continue;
    const match = rule.pattern.exec(text);
    if (match) return { rule, params: { ...rule.params, ...groupsOf(match) }, line: lineAround(match) };
  }
  return undefined;
}

/** A pattern's alternatives cannot share a name for their groups: "name2" is "name" too. */
function groupsOf(match: RegExpExecArray): Record<string, string | number> {
  const named = Object.entries(match.groups ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(
    named.map(([name, value]) => [name.replace(/\d$/, ''), name === 'port' ? Number(value) : value]),
  );
}

function lineAround(match: RegExpExecArray): string {
  const begin = match.input.lastIndexOf('\n', match.index) + 1;
  const end = match.input.indexOf('\n', match.index);
  return match.input.slice(begin, end < 0 ? undefined : end);
}

function textOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const api = (cause as { json?: { message?: string } }).json?.message;
  return (api ?? cause.message).replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
}
