interface PrivateEngineOptions {
  readonly tmpfs?: string;
  readonly images?: readonly string[];
  readonly args?: readonly string[];
}

/** See private-engine.mjs. */
export declare class PrivateEngine implements AsyncDisposable {
  static missing(): string | undefined;
  static start(options?: PrivateEngineOptions): Promise<PrivateEngine>;
  readonly folder: string;
  readonly socket: string;
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: string;
  readonly pid: number | undefined;
  load(...images: readonly string[]): Promise<void>;
  inside(file: string, args?: readonly string[]): [string, ...string[]];
  script(text: string): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
  fillDisk(): Promise<void>;
  freeDisk(): Promise<void>;
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
