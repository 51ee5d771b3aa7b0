import type { ComposeModel } from './model.js';

/**
 * The named services of a model in the order in which they may be started: each level needs only those before it. Names
 * that depend on each other in a circle, which Compose refuses, come together at the end.
 */
export function levels(model: ComposeModel, names: readonly string[]): string[][] {
  const wanted = names.filter((name) => name in model.services);
  const found: string[][] = [];
  for (let open = new Set(wanted); open.size > 0; ) {
    const free = [...open].filter((name) => needs(model, name).every((other) => other === name || !open.has(other)));
    const level = free.length > 0 ? free : [...open];
    found.push(level);
    open = new Set([...open].filter((name) => !level.includes(name)));
  }
  return found;
}

/** Everything that a service waits for, also by way of others. */
function needs(model: ComposeModel, name: string): string[] {
  const seen = new Set<string>();
  const queue = [name];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const other of Object.keys(model.services[next]?.depends_on ?? {})) {
      if (seen.has(other)) continue;
      seen.add(other);
      queue.push(other);
    }
  }
  return [...seen];
}
