import type { BuildOptions } from 'esbuild';

export const OPTIONS: BuildOptions;
export function bundle(folder?: string): Promise<Record<string, number>>;
export function sizes(folder: string): Record<string, number>;
export function contents(folder: string): Record<string, string>;
