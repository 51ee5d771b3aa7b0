export interface RunnerProject {
  readonly runner: string;
  readonly node: number;
  readonly folder: string;
  readonly command: readonly string[];
}
export const RUNNERS: Readonly<Record<string, { readonly example: string; readonly nodes: readonly number[] }>>;
export function isInstalled(runner: string, node?: number): boolean;
export function project(runner: string, node?: number, name?: string): RunnerProject;
