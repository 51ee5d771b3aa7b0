/** What to do when there is no room. */
export const ON_FULL = ['wait', 'fail'] as const;
/** What an acquire does where there is no room for it. */
export type OnFull = (typeof ON_FULL)[number];

/** What an environment needs of its engine. */
export interface Demand {
  /** Bytes. */
  readonly memory: number;
}

/** What there is of it for all environments together. */
export interface Budget {
  /** Bytes; infinite where memory is not looked at. */
  readonly memory: number;
  readonly environments: number;
}

/** Somebody who waits for room. `arrival` grows with each one that comes. */
export interface Waiter extends Demand, Budgeted {
  readonly arrival: number;
  /** Higher ones go first. */
  readonly priority: number;
}

interface Budgeted {
  readonly budget: Budget;
}

/** Whether one may go, and if not, its place among those who wait: 1 is next. */
export type Admission =
  | { readonly go: true }
  | { readonly go: false; readonly position: number; readonly of: number; readonly free: Budget };

/**
 * Who goes first: by priority, then by arrival. One that waits keeps its place, however much it needs.
 */
export function order(one: Pick<Waiter, 'priority' | 'arrival'>, other: Pick<Waiter, 'priority' | 'arrival'>): number {
  return other.priority - one.priority || one.arrival - other.arrival;
}

/**
 * Whether `self` may go now, beside the environments that are `held` and before or after the `others` who wait.
 *
 * It goes when it fits and delays nobody who is ahead of it: in whatever order the held ones end, and even if `self`
 * never ends, each of those gets its room at the same release as without it. So a large one at the head is never
 * starved by small ones that slip past.
 *
 * Whoever waits under a smaller budget than `self` has chosen to wait for an emptier machine, and holds nobody up.
 */
export function admit(self: Waiter, held: readonly Demand[], others: readonly Waiter[]): Admission {
  const { budget } = self;
  const queue = [...others, self].sort(order);
  const ahead = queue
    .slice(0, queue.indexOf(self))
    .filter((each) => each.budget.memory >= budget.memory && each.budget.environments >= budget.environments);
  const used = sum(held);
  const free = { memory: budget.memory - used, environments: budget.environments - held.length };
  const fits = self.memory <= free.memory && free.environments >= 1;
  if (fits && (ahead.length === 0 || delaysNobody(self, held, ahead, free))) return { go: true };
  return { go: false, position: queue.indexOf(self) + 1, of: queue.length, free };
}

/** True for what has no room even on an engine that holds nothing else. */
export function neverFits({ memory }: Demand, budget: Budget): boolean {
  return memory > budget.memory || budget.environments < 1;
}

function delaysNobody(self: Demand, held: readonly Demand[], ahead: readonly Waiter[], free: Budget): boolean {
  if (free.environments < ahead.length + 1) return false;
  let needed = 0;
  for (const [i, each] of ahead.entries()) {
    needed += each.memory;
    // It goes once so much has been given back; with `self` there, so much more. What can be given back is what is held
    // and, by then, those ahead of it. No sum of these may lie between the two.
    const from = needed - free.memory;
    if (hasSumWithin([...held, ...ahead.slice(0, i)], from, from + self.memory)) return false;
  }
  return true;
}

/** Different sums that are looked at; beyond, nobody slips past. */
const MOST_SUMS = 1024;

/** Whether some of the demands add up to at least `from` and less than `to`; true as well where that takes too long to say. */
function hasSumWithin(demands: readonly Demand[], from: number, to: number): boolean {
  let sums = new Set([0]);
  for (const { memory } of demands) {
    sums = new Set([...sums, ...[...sums].map((each) => each + memory).filter((each) => each < to)]);
    if (sums.size > MOST_SUMS) return true;
  }
  return [...sums].some((each) => each >= from && each < to);
}

function sum(demands: readonly Demand[]): number {
  return demands.reduce((total, { memory }) => total + memory, 0);
}
