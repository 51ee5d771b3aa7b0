import type { Binding, Spec } from '../domain/lease.js';
import { composeContents, readText } from './compose-content.js';

/** "${DB_PORT:-5432}" or "$DB_PORT". */
const VARIABLE = String.raw`\$(?:\{(\w+)(?:[:?+-][^}]*)?\}|(\w+))`;
/** A published port that is a variable: "127.0.0.1:${DB_PORT:-5432}:5432/tcp". */
const SHORT = new RegExp(
  String.raw`^(?:(?:\d+\.){3}\d+:|\[[\da-f:]+\]:|\$\{\w+[^}]*\}:)?${VARIABLE}:(\d+)(?:/(\w+))?$`,
);
const WHOLE = new RegExp(`^${VARIABLE}$`);

/**
 * The user's own variables for published ports, with the leased numbers: a test suite that reads DB_PORT because the
 * compose file does, finds its service. For the test process only: in the file the same variable is often the port
 * inside the container as well.
 */
export async function portVariables(spec: Spec, bindings: readonly Binding[]): Promise<Record<string, string>> {
  const named = await Promise.all(spec.files.map(namedPorts));
  const entries = named.flat().flatMap(({ service, variable, target, protocol }) => {
    const binding = bindings.find((b) => b.service === service && b.target === target && b.protocol === protocol);
    return binding ? [[variable, String(binding.port)]] : [];
  });
  return Object.fromEntries(entries);
}

interface NamedPort {
  readonly service: string;
  readonly variable: string;
  readonly target: number;
  readonly protocol: string;
}

function fromShort(text: string): Omit<NamedPort, 'service'> | undefined {
  const match = SHORT.exec(text);
  const variable = match?.[1] ?? match?.[2];
  return variable ? { variable, target: Number(match?.[3]), protocol: match?.[4] ?? 'tcp' } : undefined;
}

function fromLong(port: LongPort): Omit<NamedPort, 'service'> | undefined {
  const match = WHOLE.exec(String(port?.published ?? ''));
  const variable = match?.[1] ?? match?.[2];
  return variable ? { variable, target: Number(port.target), protocol: port.protocol ?? 'tcp' } : undefined;
}

interface LongPort {
  readonly published?: unknown;
  readonly target?: unknown;
  readonly protocol?: string;
}

async function namedPorts(file: string): Promise<NamedPort[]> {
  return (await readContents(file)).flatMap((content) =>
    Object.entries(content?.services ?? {}).flatMap(([service, spec]) => {
      const ports = Array.isArray(spec?.ports) ? (spec.ports as (string | LongPort)[]) : [];
      return ports.flatMap((port) => {
        const named = typeof port === 'string' ? fromShort(port) : fromLong(port);
        return named ? [{ service, ...named }] : [];
      });
    }),
  );
}

type Content = { readonly services?: Readonly<Record<string, { readonly ports?: unknown } | null>> } | null;

/** The variables are an offer: a file that has gone, or that only Compose can read, makes none. */
async function readContents(file: string): Promise<readonly Content[]> {
  const text = readText(file);
  // Most files name no variable: they need not be parsed at every acquire.
  return text?.includes('$') ? (((await composeContents(text)) ?? []) as Content[]) : [];
}
