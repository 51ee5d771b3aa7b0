import type { ChildProcess } from 'node:child_process';

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly ms: number;
}
export class Place {
  readonly stateDir: string;
  env(more?: Readonly<Record<string, string>>): Record<string, string>;
  left(): Promise<string[]>;
  untilClean(limit: number): Promise<number | null>;
  remove(): void;
}
export interface Suite {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the text has been said. */
  said(text: string): Promise<void>;
}
export function start(
  project: { readonly folder: string; readonly command: readonly string[] },
  env: Readonly<Record<string, string>>,
  options?: { readonly stdin?: 'ignore' | 'pipe'; readonly limit?: number },
): Suite;
export function projectsIn(output: string): string[];
