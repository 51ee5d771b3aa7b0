/** "e0997f9a55f4 Downloading [=====>    ]  30.79MB/40.01MB" */
const LAYER =
  /^ ?(?<id>[0-9a-f]{12}) (?<state>[A-Z][a-z ]+?) *(?:\[.*\] +(?<done>[\d.]+[kMG]?B)\/(?<all>[\d.]+[kMG]?B))? *$/;
const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };
/** How far one pull has to get for another word, in parts of the whole. */
const STEP = 0.1;

/** How far the pull of one image is, by the lines that Compose writes of its layers. */
export class PullLayers {
  readonly #layers = new Map<string, { done: number; all: number }>();
  #told = 0;

  /** "30.8 of 40.0 MB" at each tenth; undefined between them. */
  line(text: string): string | undefined {
    const { id, state, done, all } = LAYER.exec(text)?.groups ?? {};
    if (id === undefined) return undefined;
    const before = this.#layers.get(id);
    if (done !== undefined && all !== undefined && state === 'Downloading') {
      this.#layers.set(id, { done: bytes(done), all: bytes(all) });
    } else if (before && state !== 'Downloading') this.#layers.set(id, { ...before, done: before.all });
    return this.#news();
  }

  #news(): string | undefined {
    const sum = (pick: (layer: { done: number; all: number }) => number) =>
      [...this.#layers.values()].reduce((total, layer) => total + pick(layer), 0);
    const [done, all] = [sum((layer) => layer.done), sum((layer) => layer.all)];
    if (all === 0 || done / all < this.#told + STEP) return undefined;
    this.#told = done / all;
    return `${(done / 1e6).toFixed(1)} of ${(all / 1e6).toFixed(1)} MB`;
  }
}

function bytes(text: string): number {
  return Number.parseFloat(text) * (UNITS[text.replace(/[\d.]/g, '')] ?? 1);
}
