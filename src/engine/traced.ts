import type { Engine } from './engine.js';

/** One call to the engine, told when it has ended; of a stream, when it has begun to flow. */
export interface EngineCall {
  /** As the interface calls it: `inspect`, `create`, `removeNetwork`. */
  readonly operation: string;
  /** What it was about, where that is a name or an id. */
  readonly subject?: string;
  readonly afterMs: number;
  readonly failed: boolean;
}

/** Told of each call of the engine when it has ended. */
export type OnCall = (call: EngineCall) => void;

/** The same engine, which tells of each call. Arguments other than names stay untold: they may hold secrets. */
export function traced(engine: Engine, tell: OnCall): Engine {
  return new Proxy(engine, {
    get(target, key) {
      const value = Reflect.get(target, key) as unknown;
      if (typeof value !== 'function') return value;
      return async (...args: readonly unknown[]) => {
        const from = performance.now();
        const [first] = args;
        const about = typeof first === 'string' ? { subject: first } : {};
        const ended = (failed: boolean) =>
          tell({ operation: String(key), ...about, afterMs: Math.round(performance.now() - from), failed });
        try {
          const answer = await (value as (...args: readonly unknown[]) => unknown).apply(target, [...args]);
          ended(false);
          return answer;
        } catch (error) {
          ended(true);
          throw error;
        }
      };
    },
  });
}
