import type { ComposeModel } from './model.js';

/** What stands where a secret stood. */
const MASK = '***';

/** Too short to be told from ordinary text: replaced where it stands as a value, not where it occurs. */
const SHORTEST = 4;

/** A word of a name that says "the value is secret". "KEY" only at the end of a word: KEYCLOAK_ADMIN is a user's name. */
const SECRET_NAME =
  /pass|pwd|secret|token|credential|private|signing|cookie|salt|dsn|auth(?!or)|authorization|keys?(?![a-z])/i;
/** The value is a path, a number or a way to log in, and says where to look when a start fails. */
const HARMLESS_NAME =
  /(?:_|^)(?:FILE|PATH|DIR|METHOD|ENABLED|MODE|ALGORITHM|CLASS|TYPE|PROVIDER|HEADER|PORT|HOST|TTL|TIMEOUT|SIZE|LENGTH|COUNT|EXPIR(?:Y|ES|ATION)(?:_IN)?)$/i;

/** `scheme://user:password@`; up to the last "@" before the path, for passwords with an "@" in them. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*):([^\s/"'<>]+)@/gi;
const SECRET_WORD = 'passw(?:or)?d|passphrase|requirepass|_pass|secret|token|api[-_]?key|credential|pwd';
const VALUE = `("[^"]*"|'[^']*'|[^\\s,;&"']+)`;
/** `--requirepass x`, `--password=x`; `password=x,` (mount options), `PGPASSWORD=x`, but not what a shell puts in. */
const ASSIGNMENTS = [
  new RegExp(`(?<!\\S)--?[\\w.-]*(?:${SECRET_WORD})[\\w.-]*(?:=|\\s+)${VALUE}`, 'gi'),
  new RegExp(`(?<![$\\w{])[\\w.-]*(?:${SECRET_WORD})[\\w.-]*=${VALUE}`, 'gi'),
];
/** Options whose name does not say that a password follows. */
const PASSWORD_OPTIONS = [
  /\b(?:mysql|mariadb)\w*\b.*?\s-p(\S+)/g,
  /\bredis-cli\b.*?\s-a\s+(\S+)/g,
  /\bcurl\b.*?\s(?:-u|--user)[\s=]+[^\s:]+:(\S+)/g,
];
/** In logs only what is written like a variable: "password authentication failed" is evidence. */
const LOGGED_ASSIGNMENT =
  /\b([A-Z][A-Z0-9_]*(?:PASSWORD|PASSWD|PASS|SECRET|TOKEN|KEY|CREDENTIALS?)[A-Z0-9_]*|(?:password|passwd|pwd|secret|token|api_?key))=("[^"]*"|'[^']*'|[^\s,;&"']+)/g;

/**
 * Values that everybody uses and that are words of every log: hiding them where they only occur ("role "postgres" does
 * not exist") would hide the evidence and no secret.
 */
const ORDINARY = new Set(
  'admin default development disabled enabled false guest localhost md5 mongo mysql none null optional password postgres redis required root scram-sha-256 test trust true user'.split(
    ' ',
  ),
);

/** True for the name of a variable whose value must not be shown. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);
}

/** Hides a known set of values, and whatever looks like a secret by itself. */
export interface Masker {
  text(text: string): string;
  /** Plain data with every string masked, and the values under secret names altogether. */
  data<T>(data: T): T;
}

/** A masker for the environment of a model; `more` are values that the model only points at (files, variables). */
export function maskerFor(model: ComposeModel, more: readonly string[] = []): Masker {
  const values = secretValues(model, more);
  const known = values.length > 0 ? new RegExp(values.map(escapePattern).join('|'), 'g') : undefined;
  const text = (input: string) => hideShapes(known ? input.replace(known, MASK) : input);
  return { text, data: <T>(data: T) => maskData(data, text) as T };
}

/**
 * What {@link maskerFor} hides wherever it occurs, in every spelling. Longest first: one secret may be the beginning of
 * another.
 */
export function secretValues(model: ComposeModel, more: readonly string[] = []): string[] {
  const names = namesOf(model);
  const found = [...secretsIn(model), ...more].filter((v) => !ORDINARY.has(v.toLowerCase()) && !names.has(v));
  const values = [...new Set(found.flatMap(spellings))].filter((v) => v.length >= SHORTEST);
  return values.sort((a, b) => b.length - a.length);
}

/** A command line of any process, as it may be shown: what looks like a secret in it is hidden. */
export function maskCommandLine(text: string): string {
  return maskerFor({ name: '', services: {} }, secretsInText(text)).text(text);
}

function hideShapes(text: string): string {
  return text.replace(URL_PASSWORD, `$1:${MASK}@`).replace(LOGGED_ASSIGNMENT, `$1=${MASK}`);
}

/** Service and image names are in every message already. */
function namesOf(model: ComposeModel): ReadonlySet<string> {
  const images = Object.values(model.services).flatMap((s) => (s.image ?? '').split(/[/:@]/));
  return new Set([model.name, ...Object.keys(model.services), ...images]);
}

function secretsIn(data: unknown, key = ''): string[] {
  if (typeof data === 'string') return isSecretName(key) ? [data] : secretsInText(data);
  if (typeof data === 'number') return isSecretName(key) ? [String(data)] : [];
  if (Array.isArray(data)) return [...data.flatMap((d) => secretsIn(d)), ...secretsInText(argumentLine(data))];
  if (data === null || typeof data !== 'object') return [];
  const inline = Object.entries((data as ComposeModel).secrets ?? {}).flatMap(([, s]) => s?.content ?? []);
  return [...inline, ...Object.entries(data).flatMap(([k, value]) => secretsIn(value, k))];
}

function argumentLine(words: readonly unknown[]): string {
  return words.filter((word) => typeof word === 'string').join(' ');
}

function secretsInText(text: string): string[] {
  const passwords = [...text.matchAll(URL_PASSWORD)].map((m) => m[2] ?? '');
  const assigned = ASSIGNMENTS.flatMap((form) => [...text.matchAll(form)].map((m) => unquoted(m[1] ?? '')));
  const options = PASSWORD_OPTIONS.flatMap((option) => [...text.matchAll(option)].map((m) => m[1] ?? ''));
  return [...passwords, ...options, ...assigned].filter((value) => !/^[-/$]/.test(value));
}

function unquoted(value: string): string {
  return value.replace(/^["']|["']$/g, '');
}

/** The forms in which a value can turn up: Compose doubles "$", SQL "'", URLs and JSON escape, a key of many lines is cut up. */
function spellings(value: string): string[] {
  const plain = value.replaceAll('$$', '$');
  const lines = plain.includes('\n') ? plain.split('\n').map((line) => line.trim()) : [];
  const forms = [value, plain, plain.trim(), ...lines.filter((line) => line.length >= 8)];
  return forms.flatMap((form) => [
    form,
    ...percent(form),
    JSON.stringify(form).slice(1, -1),
    form.replaceAll("'", "''"),
  ]);
}

function percent(value: string): string[] {
  return [encodeURIComponent, decodeURIComponent].flatMap((code) => {
    try {
      return code(value);
    } catch {
      return []; // a "%" that encodes nothing, half a surrogate pair
    }
  });
}

function maskData(data: unknown, text: (input: string) => string, key = ''): unknown {
  if (typeof data === 'string') return data !== '' && isSecretName(key) ? MASK : text(data);
  if (typeof data === 'number') return isSecretName(key) ? MASK : data;
  if (Array.isArray(data)) return data.map((d) => maskData(d, text));
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(Object.entries(data).map(([k, value]) => [k, maskData(value, text, k)]));
}

function escapePattern(value: string): string {
  return value.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
