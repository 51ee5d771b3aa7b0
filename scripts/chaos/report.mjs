/** Text of figures. */

export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? null;
  return { n: sorted.length, median: at(0.5), p95: at(0.95), max: sorted.at(-1) ?? null };
}

export function spreadText({ n, median, p95, max }) {
  return n === 0 ? 'none' : `median ${seconds(median)}, p95 ${seconds(p95)}, max ${seconds(max)} (${n})`;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** How often each value occurs, most frequent first. */
export function tally(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

export function tallyText(counts) {
  return Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
}
