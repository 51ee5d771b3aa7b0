import type { Budget } from './admission.js';
import type { LeaseRecord } from './lease.js';
import type { MemoryNeed } from './memory-need.js';
import { describeOwner } from './owner.js';
import { formatSize } from './size.js';

/** How many of those who hold something are named. */
const NAMED = 4;

interface Standing {
  /** 1 is next. */
  readonly position: number;
  readonly of: number;
  readonly memory: number;
  readonly need: MemoryNeed;
  readonly free: Budget;
  readonly budget: Budget;
  readonly held: readonly LeaseRecord[];
}

/** "queued: 2nd of 5, needs 4 GB, 1.2 GB of 24 GB free; shop-1f2e3d4c (vitest (pid 812)) holds 4 GB" */
export function queueText({ position, of, memory, need, free, budget, held }: Standing): string {
  const needs = `needs ${formatSize(memory)}${estimatedText(need)}`;
  return `queued: ${ordinal(position)} of ${of}, ${needs}, ${freeText(free, budget)}; ${heldText(held)}`;
}

/** "1.2 GB of 24 GB free", "3 of 3 environments are there" */
export function freeText(free: Budget, budget: Budget): string {
  if (free.environments < 1) {
    return `${budget.environments - free.environments} of ${budget.environments} environments are there`;
  }
  return `${formatSize(Math.max(0, free.memory))} of ${formatSize(budget.memory)} is free`;
}

/** Who holds what, the largest first. */
export function heldText(held: readonly LeaseRecord[]): string {
  if (held.length === 0) return 'nothing is held, others are first';
  const sorted = [...held].sort((one, other) => other.memory - one.memory);
  const named = sorted.slice(0, NAMED).map(({ project, owner, memory }) => {
    return `${project} ${formatSize(memory)} (${describeOwner(owner)})`;
  });
  const more = held.length > NAMED ? ` and ${held.length - NAMED} more` : '';
  return `held by ${named.join(', ')}${more}`;
}

/** " (estimated for web and db, which have no limit)", or nothing. */
export function estimatedText({ estimated }: MemoryNeed): string {
  if (estimated.length === 0) return '';
  const names = estimated.length > 3 ? `${estimated.length} services` : estimated.join(', ');
  return ` (estimated for ${names} without a limit)`;
}

/** 1st, 2nd, 3rd, 4th, 11th, 21st */
function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${(!teen && ['', 'st', 'nd', 'rd'][n % 10]) || 'th'}`;
}
