/** IPv4 networks as numbers. */
export interface Subnet {
  /** First address, the network's own. */
  readonly first: number;
  readonly last: number;
}

/** "10.1.0.0/16" → its addresses; undefined where the text is no IPv4 network. */
export function parseSubnet(text: string): Subnet | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text.trim());
  const address = match && parseAddress(match[1] as string);
  const prefix = Number(match?.[2]);
  if (address === undefined || address === null || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

export function parseAddress(text: string): number | undefined {
  const parts = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) ? text.split('.').map(Number) : [256];
  if (parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** The first address and the prefix length that the size stands for. */
export function formatSubnet({ first, last }: Subnet): string {
  return `${formatAddress(first)}/${32 - Math.log2(last - first + 1)}`;
}

export function overlaps(a: Subnet, b: Subnet): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/**
 * The first free network of that prefix length in the pool, searched upward from an address and then from the pool's
 * beginning; undefined when there is none.
 */
export function chooseSubnet(
  pool: Subnet,
  prefix: number,
  taken: readonly Subnet[],
  from: number = pool.first,
): Subnet | undefined {
  const size = 2 ** (32 - prefix);
  const sorted = [...taken].sort((a, b) => a.first - b.first);
  const behind = { first: Math.max(from, pool.first), last: pool.last };
  return lowest(behind, size, sorted) ?? lowest(pool, size, sorted);
}

function lowest(within: Subnet, size: number, sorted: readonly Subnet[]): Subnet | undefined {
  let first = Math.ceil(within.first / size) * size;
  for (const block of sorted) {
    if (block.last < first) continue;
    if (block.first >= first + size) break;
    first = Math.ceil((block.last + 1) / size) * size;
  }
  return first + size - 1 <= within.last ? { first, last: first + size - 1 } : undefined;
}
