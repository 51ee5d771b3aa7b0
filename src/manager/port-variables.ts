import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Binding, Spec } from '../domain/lease.js';

/** "${DB_PORT:-5432}" or "$DB_PORT". */
const VARIABLE = String.raw`\$(?:\{(\w+)(?:[:?+-][^}]*)?\}|(\w+))`;
/** A published port that is a variable: "127.0.0.1:${DB_PORT:-5432}:5432/tcp". */
const SHORT = new RegExp(String.raw`^(?:(?:\d+\.){3}\d+:|\$\{\w+[^}]*\}:)?${VARIABLE}:(\d+)(?:/(\w+))?$`);
const WHOLE = new RegExp(`^${VARIABLE}$`);

/**
 * The user's own variables for published ports, with the leased numbers: a test suite that reads DB_PORT because the
 * compose file does, finds its service. For the test process only: in the file the same variable is often the port
 * inside the container as well.
 */
export function portVariables(files: Spec, bindings: readonly Binding[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const file of files.files) {
    for (const [service, ports] of portsOf(file)) {
      for (const port of ports) {
        const named = typeof port === 'string' ? fromShort(port) : fromLong(port);
        const binding =
          named &&
          bindings.find((b) => b.service === service && b.target === named.target && b.protocol === named.protocol);
        if (named && binding) found[named.variable] = String(binding.port);
      }
    }
  }
  return found;
}

interface NamedPort {
  readonly variable: string;
  readonly target: number;
  readonly protocol: string;
}

function fromShort(text: string): NamedPort | undefined {
  const match = SHORT.exec(text);
  const variable = match?.[1] ?? match?.[2];
  return variable ? { variable, target: Number(match?.[3]), protocol: match?.[4] ?? 'tcp' } : undefined;
}

function fromLong(port: LongPort): NamedPort | undefined {
  const match = WHOLE.exec(String(port?.published ?? ''));
  const variable = match?.[1] ?? match?.[2];
  return variable ? { variable, target: Number(port.target), protocol: port.protocol ?? 'tcp' } : undefined;
}

interface LongPort {
  readonly published?: unknown;
  readonly target?: unknown;
  readonly protocol?: string;
}

function portsOf(file: string): [string, (string | LongPort)[]][] {
  const options = { merge: true, logLevel: 'silent', strict: false, maxAliasCount: -1 } as const;
  const content = parse(readFileSync(file, 'utf8'), options) as {
    services?: Record<string, { ports?: unknown } | null>;
  } | null;
  return Object.entries(content?.services ?? {}).map(([name, service]) => [
    name,
    Array.isArray(service?.ports) ? (service.ports as (string | LongPort)[]) : [],
  ]);
}
