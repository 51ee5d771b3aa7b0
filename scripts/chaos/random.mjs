/**
 * Numbers that look random and are the same for the same seed and label (mulberry32 over an FNV-1a hash of both). Each
 * round draws from a generator of its own, so one round can be repeated without those before it.
 */
export class Random {
  #seed;
  #state;

  constructor(seed, label = '') {
    this.#seed = seed;
    this.#state = hash(`${seed}/${label}`);
  }

  /** 0 ≤ x < 1 */
  fraction() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low, high) {
    return low + this.fraction() * (high - low);
  }

  /** One of `choices`: name → weight. */
  pick(choices) {
    const entries = Object.entries(choices);
    let at = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      at -= weight;
      if (at < 0) return name;
    }
    return entries.at(-1)[0];
  }

  fork(label) {
    return new Random(this.#seed, label);
  }
}

function hash(text) {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ char.codePointAt(0), 0x01000193);
  return value >>> 0;
}
