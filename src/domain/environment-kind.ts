import type { PortMode } from './ports.js';

/** What an environment is for. */
export type EnvironmentKind = 'test' | 'dev' | 'prod';

export const KINDS: readonly EnvironmentKind[] = ['test', 'dev', 'prod'];

/** What follows from the kind. */
export interface KindPolicy {
  /** Named volumes outlive the environment, and the next one of the same checkout finds them again. */
  readonly keepsVolumes: boolean;
  /** Options that have another default than they have otherwise. */
  readonly defaults: { readonly portMode?: PortMode; readonly ttl?: number | null };
}

/** What is started to be worked with stays on its ports, and until it is stopped. */
const LASTING: KindPolicy = { keepsVolumes: true, defaults: { portMode: 'stable', ttl: null } };

export const POLICIES: Readonly<Record<EnvironmentKind, KindPolicy>> = {
  test: { keepsVolumes: false, defaults: {} },
  dev: LASTING,
  prod: LASTING,
};
