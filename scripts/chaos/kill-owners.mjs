import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from './barrier.mjs';
import { endLife, planLife } from './kill-round.mjs';
import { KINDS } from './owners.mjs';
import { BASE } from './stack.mjs';

/** How many owners live at once in each lane. Two cores carry five. */
const OWNERS = { residence: 2, fresh: 1, unwatched: 2 };

/**
 * Random deaths over whole lives of leases, in three state folders at once: one where somebody stays all the time, one
 * that is new in every round, and one without a watchdog.
 *
 * @param options.kills how many deaths are wanted
 * @param options.only the number of one round to repeat, alone
 * @param options.watchdog false: no watchdog in any lane
 * @param options.lengths of lives, in milliseconds: kind → length; measured first when absent
 * @param options.onRound told of each round and of the deaths so far
 */
export async function killOwners(arena, { random, kills, only, watchdog = true, lengths, onRound = () => {} }) {
  for (const name of Object.keys(OWNERS)) arena.lane(name, { watchdog: watchdog && name !== 'unwatched' });
  const [residence] = arena.lanes;
  await residence.settle();
  await arena.settle();
  const hasWatchdog = residence.watchdogs().length > 0;
  const measured = lengths ?? (await measureLives(arena));
  const facts = { lengths: { ...measured }, hasWatchdog };
  const decoys = arena.decoys.size;
  const rounds = [];
  const deaths = () => rounds.flatMap(({ lives }) => lives).filter(({ struck }) => struck > 0).length;
  for (let n = only ?? 1; deaths() < kills; n++) {
    const round = await oneRound(arena, random.fork(`kills/${n}`), n, facts);
    rounds.push(round);
    onRound(round, deaths());
    if (only !== undefined) break;
  }
  for (const lane of arena.lanes) await arena.close(lane);
  return { hasWatchdog, lengths: measured, decoys, rounds };
}

/** Mean length of an undisturbed life of each kind, with as many at once as in a round. The first ones warm caches. */
async function measureLives({ lanes }) {
  const samples = Object.fromEntries(KINDS.map((kind) => [kind, []]));
  for (let n = 0; n < 2; n++) {
    const lives = seats(lanes).map(async (lane, i) => {
      const kind = KINDS[(i + n) % KINDS.length];
      const { ms, failure } = await lane.owner(kind, `${BASE}-measured-${n}-${i}`).live();
      if (failure) throw new Error(`an undisturbed life failed: ${failure}`);
      samples[kind].push(ms);
    });
    await Promise.all(lives);
  }
  return Object.fromEntries(
    KINDS.map((kind) => [kind, Math.round(samples[kind].reduce((sum, ms) => sum + ms, 0) / samples[kind].length)]),
  );
}

/** A lane for each owner of a round. */
function seats(lanes) {
  return lanes.flatMap((lane) => Array(OWNERS[lane.name]).fill(lane));
}

async function oneRound(arena, random, number, { lengths, hasWatchdog }) {
  for (const lane of arena.lanes) {
    lane.bereaved = false;
    if (lane.resident) continue;
    await lane.close();
    lane.open();
  }
  const plans = seats(arena.lanes).map((lane, i) => ({ lane, plan: planLife(random, `${number}-${i}`, lane) }));
  const ended = new AbortController();
  const namesakes = plantNamesakes(arena.decoys, plans[0], ended.signal);
  const place = {
    census: arena.census,
    api: arena.engine.api,
    isDecoy: (object) => arena.decoys.has(object),
    lengths,
    hasWatchdog,
  };
  const lives = await Promise.all(plans.map(({ lane, plan }) => endLife(plan, { ...place, lane })));
  ended.abort();
  await namesakes;
  const found = await inspect(arena);
  await arena.decoys.remove(plans[0].plan.name);
  const problems = [
    ...lives.flatMap(({ name, problems: all }) => all.map((each) => `${name}: ${each}`)),
    ...found.problems,
  ];
  if (found.rows.length > 0) await renew(arena);
  return { number, lives, ...found, problems };
}

/** After damage to a store that is kept: the rounds that follow are not to report it again. */
async function renew(arena) {
  const lane = arena.lanes.find((each) => each.resident);
  await lane.close().catch(() => {});
  lane.open();
  await lane.settle();
  await arena.settle();
}

/** As soon as the first owner's project has a name, others get nearly the same one. */
async function plantNamesakes(decoys, { lane, plan }, signal) {
  while (!signal.aborted) {
    const lease = lane.lease(plan.name);
    if (lease) return decoys.plantNear(lease.project);
    await sleep(50, undefined, { signal }).catch(() => {});
  }
}
