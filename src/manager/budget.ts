import { neverFits } from '../domain/admission.js';
import { EnvironmentError } from '../domain/errors.js';
import type { MemoryNeed } from '../domain/memory-need.js';
import type { ProcessOwner } from '../domain/owner.js';
import { estimatedText } from '../domain/queue-text.js';
import { formatSize } from '../domain/size.js';
import type { Engine } from '../engine/engine.js';
import { isLoopback } from '../redirect/port-map.js';
import type { Asker } from '../store/admission-queue.js';
import type { Config } from './config.js';

/** Kept for the engine, the system and the tests themselves: a tenth of the memory, and this much at least. Bytes. */
const LEAST_RESERVE = 512 * 1024 ** 2;

/** What an acquire asks for room with. */
export interface Room extends Pick<Asker, 'arrival' | 'priority' | 'budget' | 'isGone'> {
  /** Nobody has named the budget: it is what the engine's machine has. */
  readonly derived: boolean;
}

/**
 * What all environments of the engine may take together. A budget that the user has named is taken as it is; else it is
 * the engine's memory less a reserve, or the limit of the control group that we share with the engine.
 */
export async function budgetOf(
  config: Config,
  engine: Engine,
  owner: ProcessOwner,
  signal: AbortSignal,
): Promise<Pick<Room, 'budget' | 'derived'>> {
  const { memoryBudget, maxEnvironments: environments } = config;
  if (memoryBudget !== undefined) return { budget: { memory: memoryBudget, environments }, derived: false };
  const { memoryBytes: memory } = await engine.info(signal);
  // In a container of the engine's own, our limit is ours alone: its other containers stand beside us.
  const together = isLoopback(engine.host) && owner.container === null;
  const all = together ? Math.min(memory, groupLimit()) : memory;
  return { budget: { memory: all - Math.max(LEAST_RESERVE, all / 10), environments }, derived: true };
}

/**
 * What the environment is counted with. One that needs more than a budget which nobody has named takes all of it: limits
 * are seldom reached, and a file that runs without us is not refused for a guess of ours.
 *
 * @throws MEMORY_TOO_SMALL where the user has named the budget
 */
export function demandWithin({ budget, derived }: Room, name: string, need: MemoryNeed): number {
  if (!neverFits({ memory: need.bytes }, budget)) return need.bytes;
  if (derived) return Math.floor(budget.memory);
  throw new EnvironmentError('MEMORY_TOO_SMALL', {
    name,
    needs: formatSize(need.bytes),
    needsBytes: need.bytes,
    estimated: estimatedText(need),
    budget: formatSize(budget.memory),
    budgetBytes: budget.memory,
  });
}

/** Of version 1 or 2; without a limit version 1 says nearly 2^63. */
function groupLimit(): number {
  return process.constrainedMemory() || Number.POSITIVE_INFINITY;
}
