/** Ports from `first` to `last`, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export const DEFAULT_PORT_RANGE: PortRange = { first: 30000, last: 40000 };

/**
 * Which numbers published ports get. range: a leased block, known before the start. ephemeral: what the engine
 * chooses, known afterwards. fixed: the file's own, so that only one copy can run (on loopback all the same). stable: the
 * file's own where they are free, else leased ones, the same at each start of a checkout while nobody else has them.
 */
export type PortMode = 'range' | 'ephemeral' | 'fixed' | 'stable';

export const PORT_MODES: readonly PortMode[] = ['range', 'ephemeral', 'fixed', 'stable'];

/** Modes in which a block of the range is leased. */
export function leasesBlock(mode: PortMode): boolean {
  return mode === 'range' || mode === 'stable';
}

/** "30010,30100-30200" → ranges; undefined where the text is none. */
export function parsePortList(text: string): PortRange[] | undefined {
  const parts = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? `${part.trim()}-${part.trim()}` : part));
  const ranges = parts.map(parsePortRange);
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

/** "30000-40000" → a range; undefined where the text is none. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text.trim());
  if (!match) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  return first >= 1 && last <= 65535 && first <= last ? { first, last } : undefined;
}

export interface BlockRequest {
  readonly range: PortRange;
  /** How many ports in a row. */
  readonly size: number;
  /** Blocks of other leases and single ports that somebody else holds; any order, may overlap. */
  readonly taken: readonly PortRange[];
  /** Search starts behind this port, so that a number is not handed out again at once (stale clients). */
  readonly after: number;
  /** Ports the kernel gives to outgoing connections; used only when nothing else is left. */
  readonly ephemeral?: PortRange | undefined;
}

/** The next free block, or undefined when the range has no gap of that size. */
export function chooseBlock(request: BlockRequest): PortRange | undefined {
  const { range, size, after, ephemeral } = request;
  const quiet = ephemeral ? without(range, ephemeral) : [range];
  for (const segments of [quiet, [range]]) {
    const behind = segments.map((s) => ({ first: Math.max(s.first, after + 1), last: s.last }));
    const block = firstGap(behind, request.taken, size) ?? firstGap(segments, request.taken, size);
    if (block) return block;
  }
  return undefined;
}

function firstGap(segments: readonly PortRange[], taken: readonly PortRange[], size: number): PortRange | undefined {
  const sorted = [...taken].sort((a, b) => a.first - b.first);
  for (const segment of segments) {
    let first = segment.first;
    for (const block of sorted) {
      if (block.last < first) continue;
      if (block.first >= first + size) break;
      first = block.last + 1;
    }
    if (first + size - 1 <= segment.last) return { first, last: first + size - 1 };
  }
  return undefined;
}

function without(range: PortRange, hole: PortRange): PortRange[] {
  return [
    { first: range.first, last: Math.min(range.last, hole.first - 1) },
    { first: Math.max(range.first, hole.last + 1), last: range.last },
  ].filter((r) => r.first <= r.last);
}
