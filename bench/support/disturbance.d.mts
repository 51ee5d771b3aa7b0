import type { EngineProxy } from './engine-proxy.mjs';

export class Disturbance implements AsyncDisposable {
  constructor(kind: 'remove' | 'freeze' | 'cut', run: string, proxy: EngineProxy | undefined);
  [Symbol.asyncDispose](): Promise<void>;
}
