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
  /** Starts the engine where it does not run; `engine()` gives that one from then on. @throws ENGINE_START_FAILED */
  startEngine(signal: AbortSignal): Promise<Engine>;
  store(): Promise<LeaseStore>;
  close(): Promise<void>;
}

/** `engine` stands in for the real one, for tests of what is above it. */
export function createContext(config: Config, parts: { readonly engine?: Engine } = {}): Context {
  let engine = parts.engine && Promise.resolve(parts.engine);
  let store: Promise<LeaseStore> | undefined;
  let opened: LeaseStore | undefined;
  return {
    config,
    engine() {
      engine ??= connect(config);
      return engine;
    },
    async startEngine(signal) {
      const { ensureDaemon } = await import('../engine/ensure-daemon.js');
      const onAttempt = (command: string) =>
        config.onProgress({ type: 'notice', text: `no engine answers; trying to start it: ${command}` });
      const started = await ensureDaemon(config.env, { signal, onAttempt });
      engine = told(started, config);
      return started;
    },
    store() {
      if (opened?.usable === false) {
        opened.close();
        [store, opened] = [undefined, undefined];
      }
      store ??= openStore(config).then(
        (newlyOpened) => {
          opened = newlyOpened;
          return newlyOpened;
        },
        (error) => {
          store = undefined; // the next use case tries again: a full disk or a lock may be gone by then
          throw error;
        },
      );
      return store;
    },
    async close() {
      const last = store;
      [store, opened] = [undefined, undefined];
      (await last)?.close();
    },
  };
}

async function openStore(config: Config): Promise<LeaseStore> {
  const { LeaseStore } = await import('../store/lease-store.js');
  const store = new LeaseStore(config.stateDir);
  if (store.movedAside) {
    const text = `the state database was damaged: it lies at ${store.movedAside} now, and a new one was begun`;
    config.onProgress({ type: 'notice', text });
  }
  return store;
}

async function connect(config: Config): Promise<Engine> {
  const { connectEngine } = await import('../engine/docker-engine.js');
  return told(connectEngine(config.env), config);
}

async function told(engine: Engine, { onCall }: Config): Promise<Engine> {
  return onCall === undefined ? engine : (await import('../engine/traced.js')).traced(engine, onCall);
}
