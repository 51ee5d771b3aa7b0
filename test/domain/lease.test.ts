import { describe, expect, it } from 'vitest';
import { isOver, type LeaseState, TRANSITIONS } from '../../src/domain/lease.js';

const STATES = Object.keys(TRANSITIONS) as LeaseState[];

/** All that may become of a lease. */
function reachable(from: LeaseState): Set<LeaseState> {
  const seen = new Set([from]);
  for (const state of seen) for (const next of TRANSITIONS[state]) seen.add(next);
  return seen;
}

describe('the states of a lease', () => {
  it('can all be reached from the claim', () => {
    expect([...reachable('pending')].sort()).toEqual([...STATES].sort());
  });

  it.each(STATES)('%s can always become released, which is the end', (state) => {
    expect(reachable(state)).toContain('released');
    expect(TRANSITIONS.released).toEqual([]);
  });

  it('once over, it is never to be used again', () => {
    const used = ['pending', 'starting', 'ready', 'degraded', 'suspect'] as const;
    for (const state of STATES.filter(isOver)) {
      for (const other of used) expect(reachable(state), state).not.toContain(other);
    }
  });
});
