export interface QueueRun {
  readonly ready: number;
  readonly waited: number;
  readonly killed: number;
  readonly failed: number;
  /** How often somebody went before one that was ahead of it, with no room for both. */
  readonly overtaken: number;
  readonly toldPositions: boolean;
  readonly mostContainers: number;
  readonly oomEvents: number;
  /** Leases and waiters at the end. */
  readonly left: number;
}

export function runQueue(options: {
  readonly acquires: number;
  readonly memory: string;
  readonly budget: string;
  readonly kills: number;
  readonly holdMs: number;
}): Promise<QueueRun>;
