import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, type Demand, neverFits, order, type Waiter } from '../../src/domain/admission.js';

const ANY = Number.POSITIVE_INFINITY;

function waiter(memory: number, arrival: number, more: Partial<Waiter> = {}): Waiter {
  return { memory, arrival, priority: 0, budget: { memory: 24, environments: ANY }, ...more };
}

const holding = (...memory: number[]): Demand[] => memory.map((each) => ({ memory: each }));

describe('admit', () => {
  it('lets one go that fits, and gives one that does not its place', () => {
    expect(admit(waiter(4, 1), holding(20), [])).toEqual({ go: true });
    expect(admit(waiter(5, 1), holding(20), [])).toMatchObject({ go: false, position: 1, of: 1, free: { memory: 4 } });
    const three = { budget: { memory: ANY, environments: 3 } };
    expect(admit(waiter(0, 1, three), holding(0, 0), [])).toEqual({ go: true });
    expect(admit(waiter(0, 1, three), holding(0, 0, 0), [])).toMatchObject({ go: false, free: { environments: 0 } });
  });

  it('orders by priority, then by arrival', () => {
    const queue = [waiter(1, 3), waiter(1, 1), waiter(1, 4, { priority: 1 }), waiter(1, 2, { priority: -1 })];
    expect([...queue].sort(order).map(({ arrival }) => arrival)).toEqual([4, 1, 3, 2]);
    const late = waiter(20, 9, { priority: 5 });
    expect(admit(late, holding(10), queue)).toMatchObject({ go: false, position: 1, of: 5 });
  });

  it('lets a small one slip past a large one only where no release can be too small for both', () => {
    // Any release gives the head its room, with the small one as without it.
    expect(admit(waiter(1, 2), holding(11, 11), [waiter(4, 1)])).toEqual({ go: true });
    // The release of 2 is enough for the head alone.
    expect(admit(waiter(1, 2), holding(18, 2, 2), [waiter(4, 1)])).toMatchObject({ go: false, position: 2 });
  });

  it('is not held up by those who wait under a smaller budget of their own', () => {
    const modest = waiter(4, 1, { budget: { memory: 8, environments: ANY } });
    const few = waiter(4, 2, { budget: { memory: 24, environments: 1 } });
    expect(admit(waiter(20, 3), holding(4), [modest])).toEqual({ go: true });
    expect(admit(waiter(20, 3), holding(4), [few])).toEqual({ go: true });
    expect(admit(waiter(20, 3), holding(4), [waiter(4, 1)])).toMatchObject({ go: false });
  });

  it('takes no longer than it is worth: with very many different sizes nobody slips past', () => {
    const held = Array.from({ length: 60 }, (_, i) => ({ memory: 1000 + 2 ** (i % 20) }));
    const budget = { memory: held.reduce((sum, { memory }) => sum + memory, 0) + 10, environments: ANY };
    expect(admit(waiter(1, 2, { budget }), held, [waiter(2 ** 20, 1, { budget })])).toMatchObject({ go: false });
  });

  it('never exceeds the budget, and every one that waits gets its turn', () => {
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 12 }), events, (asked, order) => {
        const running: Demand[] = [];
        let waiting: Waiter[] = asked.map((memory, i) => waiter(memory, i));
        for (let step = 0; waiting.length > 0; step++) {
          for (const each of waiting) {
            const others = waiting.filter((other) => other !== each);
            if (!admit(each, running, others).go) continue;
            running.push(each);
            waiting = others;
          }
          expect(total(running)).toBeLessThanOrEqual(24);
          expect(running.length).toBeGreaterThan(0);
          running.splice((order[step % order.length] as number) % running.length, 1);
        }
      }),
    );
  });

  it('delays nobody who is ahead, whatever ends when, and even if what slipped past never ends', () => {
    let passed = 0;
    fc.assert(
      fc.property(
        fc.array(sizes, { maxLength: 6 }),
        fc.array(sizes, { minLength: 1, maxLength: 4 }),
        sizes,
        events,
        (sizesHeld, sizesAhead, small, order) => {
          const held = holding(...sizesHeld);
          fc.pre(total(held) <= 24);
          const ahead = sizesAhead.map((memory, i) => waiter(memory, i));
          // What goes by itself has gone before anybody can slip past it.
          fc.pre((ahead[0] as Waiter).memory > 24 - total(held));
          if (!admit(waiter(small, 99), held, ahead).go) return;
          passed += 1;
          expect(turns(held, ahead, 24 - small, order)).toEqual(turns(held, ahead, 24, order));
        },
      ),
      { numRuns: 3000 },
    );
    expect(passed).toBeGreaterThan(100);
  });
});

it('neverFits: more than there is at all', () => {
  const budget = { memory: 24, environments: ANY };
  expect([24, 25].map((memory) => neverFits({ memory }, budget))).toEqual([false, true]);
});

const sizes = fc.integer({ min: 1, max: 12 });
const events = fc.array(fc.nat(), { minLength: 1, maxLength: 12 });

function total(demands: readonly Demand[]): number {
  return demands.reduce((sum, { memory }) => sum + memory, 0);
}

/** After which release each waiter gets its turn, in strict order; a world without any rule to slip past. */
function turns(held: readonly Demand[], ahead: readonly Waiter[], budget: number, events: readonly number[]): number[] {
  const running = [...held];
  const result: number[] = [];
  for (const [step, event] of events.entries()) {
    for (let next = ahead[result.length]; next && total(running) + next.memory <= budget; next = ahead[result.length]) {
      running.push(next);
      result.push(step);
    }
    if (running.length > 0) running.splice(event % running.length, 1);
  }
  return result;
}
