import { Arena } from './arena.mjs';
import { turnClocks } from './clocks.mjs';
import { breakEngine } from './engine-faults.mjs';
import { killOwners } from './kill-owners.mjs';
import { drainPool } from './pool.mjs';
import { PrivateEngine } from './private-engine.mjs';
import { Random } from './random.mjs';

/** The harness in less than a minute, for the test suite: the same code, fewer deaths, shorter waits. */

export const { missing } = PrivateEngine;

export { Arena };

/** Guessed: measuring them would take longer than the deaths. Milliseconds. */
const LENGTHS = { api: 3000, run: 3500, start: 4000 };
const CASES = [
  'the owner is suspended for longer than any time limit',
  'somebody else has the number of the living owner in another number space',
  "a dead owner's number belongs to somebody else",
];
/** Milliseconds. */
const LONG = 2000;

/** @returns { deaths, problems } */
export async function someDeaths(arena, seed, kills) {
  const { rounds } = await killOwners(arena, { random: new Random(seed, 'kills'), kills, lengths: LENGTHS });
  const deaths = rounds.flatMap(({ lives }) => lives).filter(({ struck }) => struck > 0).length;
  return { deaths, problems: rounds.flatMap(({ problems }) => problems) };
}

/** @returns { passed (sweeps past living leases), problems } */
export async function someClocks(arena) {
  const results = await turnClocks(arena, { cases: CASES, long: LONG });
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  return { passed, problems: results.flatMap(({ name, problems }) => problems.map((each) => `${name}: ${each}`)) };
}

/** @returns { problems } */
export async function someFaults(arena, seed, rounds) {
  const random = new Random(seed, 'engine');
  const { results } = await breakEngine(arena, { random, rounds, length: LENGTHS.api, faults: ['kill'] });
  return { problems: results.flatMap(({ problems }) => problems) };
}

/** @returns { uses (how many), pooled (of these from the pool), problems } */
export async function somePool(arena, seed, ms) {
  const { uses, problems } = await drainPool(arena, { random: new Random(seed, 'pool'), users: 3, ms });
  return { uses: uses.length, pooled: uses.filter((use) => use.pooled).length, problems };
}
