const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** "24g", "512m", "1.5GiB", "1024" → bytes, in Docker's units of 1024. Undefined where it is none. */
export function parseSize(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(?:i?b)?|b)?$/i.exec(text.trim());
  if (!found) return undefined;
  return Math.round(Number(found[1]) * (UNITS[(found[2] ?? '').toLowerCase()] as number));
}

/** 4294967296 → "4 GB", 1288490189 → "1.2 GB": Docker's units, for people. */
export function formatSize(bytes: number): string {
  if (bytes < 0) return `-${formatSize(-bytes)}`;
  const [unit, size] = bytes >= 1024 ** 3 ? ['GB', 1024 ** 3] : bytes >= 1024 ** 2 ? ['MB', 1024 ** 2] : ['KB', 1024];
  return `${Number((bytes / size).toFixed(unit === 'GB' ? 1 : 0))} ${unit}`;
}
