export class EngineProxy implements AsyncDisposable {
  readonly url: string;
  constructor(path: string, engine: string);
  open(): Promise<this>;
  freeze(): void;
  thaw(): void;
  cut(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
export function engineSocket(env?: NodeJS.ProcessEnv): string | undefined;
