import type { Engine } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Config } from './config.js';

/**
 * What every use case works with. Engine and store are opened at first use, because their libraries cost 100 ms to
 * load and many commands need only one of them.
 */
export interface Context {
  readonly config: Config;
  engine(): Promise<Engine>;
  store(): Promise<LeaseStore>;
  close(): Promise<void>;
}

/** `engine` stands in for the real one, for tests of what is above it. */
export function createContext(config: Config, parts: { readonly engine?: Engine } = {}): Context {
  let engine = parts.engine && Promise.resolve(parts.engine);
  let store: Promise<LeaseStore> | undefined;
  return {
    config,
    engine() {
      engine ??= import('../engine/docker-engine.js').then(({ connectEngine }) => connectEngine(config.env));
      return engine;
    },
    store() {
      store ??= import('../store/lease-store.js').then(({ LeaseStore }) => new LeaseStore(config.stateDir));
      return store;
    },
    async close() {
      const opened = store;
      store = undefined;
      (await opened)?.close();
    },
  };
}
