export declare class Arena {
  static open(options?: { readonly decoys?: 'running' | 'still' | 'none' }): Promise<Arena>;
  dispose(): Promise<void>;
}

/** Why this machine cannot have a private engine; undefined where it can. */
export declare function missing(): string | undefined;

interface Outcome {
  readonly problems: readonly string[];
}

/** `deaths` is how many were struck: `kills` or some more. */
export declare function someDeaths(
  arena: Arena,
  seed: number,
  kills: number,
): Promise<Outcome & { readonly deaths: number }>;

/** `passed` is how often a sweep went past a living lease. */
export declare function someClocks(arena: Arena): Promise<Outcome & { readonly passed: number }>;

export declare function someFaults(arena: Arena, seed: number, rounds: number): Promise<Outcome>;

export declare function somePool(
  arena: Arena,
  seed: number,
  ms: number,
): Promise<Outcome & { readonly uses: number; readonly pooled: number }>;
