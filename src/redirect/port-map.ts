import type { Binding } from '../domain/lease.js';

/** What the redirect can do for an environment. */
export interface PortMap {
  /** Value of DM_PORT_MAP, "5432=31222,9092=31223"; empty where there is nothing to redirect. */
  readonly text: string;
  /** Published ports that are left out, since one number stands for two things; ascending. */
  readonly ambiguous: number[];
}

/** Variables to add to a child's environment. */
export interface RedirectEnvironment {
  /** NODE_OPTIONS and DM_PORT_MAP; empty where there is nothing to redirect. */
  readonly env: Record<string, string>;
  /** See {@link PortMap}. */
  readonly ambiguous: number[];
}

interface Claim {
  readonly published: number;
  readonly leased: number;
  /** Who is reached there. Two addresses of one host may publish the same port of one service: that is one thing. */
  readonly by: string;
}

/**
 * The published TCP ports and what they were leased as. A number is ambiguous, and left out, when two services publish
 * it (on different addresses of the host), and when it is also the leased port of something else: whoever connects to
 * it could mean either.
 */
export function renderPortMap(bindings: readonly Binding[]): PortMap {
  const tcp = bindings.filter((binding) => binding.protocol === 'tcp');
  const leasedPorts = new Set(tcp.flatMap((b) => sequence(b.port, b.count)));
  const claims = new Map<number, Claim[]>();
  for (const claim of tcp.flatMap(claimsOf)) {
    claims.set(claim.published, [...(claims.get(claim.published) ?? []), claim]);
  }
  const entries: string[] = [];
  const ambiguous: number[] = [];
  for (const [published, [first, ...others]] of claims) {
    if (!first) continue;
    if (others.some((other) => other.by !== first.by)) ambiguous.push(published);
    else if (first.leased === published) continue;
    else if (leasedPorts.has(published)) ambiguous.push(published);
    else entries.push(`${published}=${first.leased}`);
  }
  return { text: entries.join(','), ambiguous: ambiguous.sort((a, b) => a - b) };
}

/**
 * The variables under which a Node child, and every Node process below it, reaches the environment on the ports that
 * the compose file publishes. `preloadPath` is absolute; `env` is the environment that the child would get otherwise,
 * whose NODE_OPTIONS are kept. A DM_PORT_MAP in it (a run inside a run) is replaced.
 */
export function redirectEnvironment(
  preloadPath: string,
  bindings: readonly Binding[],
  env: Readonly<Record<string, string | undefined>>,
): RedirectEnvironment {
  const { text, ambiguous } = renderPortMap(bindings);
  if (text === '') return { env: {}, ambiguous };
  const option = `--require ${quote(preloadPath)}`;
  const options = env.NODE_OPTIONS ?? '';
  const present = ` ${options} `.includes(` ${option} `);
  const nodeOptions = present ? options : `${options} ${option}`.trimStart();
  return { env: { NODE_OPTIONS: nodeOptions, DM_PORT_MAP: text }, ambiguous };
}

/** A published range stands for as many leased ports in a row; a single number for the first one. */
function claimsOf({ service, target, published, port, count }: Binding): Claim[] {
  const [, first, last] = (/^(\d+)(?:-(\d+))?$/.exec(published) ?? []).map(Number);
  if (!first) return [];
  const length = Math.min(last ? last - first + 1 : 1, count);
  return sequence(first, length).map((number, i) => ({
    published: number,
    leased: port + i,
    by: `${service}:${target}`,
  }));
}

/** True where the redirect leads to: it knows this machine's loopback and nothing else. */
export function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d+){3}|localhost|\[?::1\]?)$/i.test(host);
}

function sequence(first: number, length: number): number[] {
  return Array.from({ length: Math.max(0, length) }, (_, i) => first + i);
}

/**
 * As Node splits NODE_OPTIONS: at spaces outside of double quotes, with a backslash as the escape inside of them only.
 * Quoted only where it must be, since other readers of the variable split at spaces and know no quotes.
 */
function quote(path: string): string {
  return /[ "]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path;
}
