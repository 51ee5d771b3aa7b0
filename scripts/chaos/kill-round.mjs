import { setTimeout as sleep } from 'node:timers/promises';
import { KINDS } from './owners.mjs';
import { descendants, signal } from './processes.mjs';
import { BASE } from './stack.mjs';
import { untilTrue, within } from './waiting.mjs';

/** A watchdog that has not cleaned up so long after a death will not any more. Milliseconds. */
const WATCHDOG_LIMIT = 20_000;
/** The same for a sweep that has ended. Milliseconds. */
const SWEEP_LIMIT = 10_000;
/** An undisturbed life took 2 to 6 s. Milliseconds. */
const LIFE_LIMIT = 90_000;

/** A life that was over too early tells that lives are shorter than thought: by this part of the difference. */
const LEARNING = 4;
/** From its start on, Compose asks for all objects of an environment within about this time. Milliseconds. */
const CREATING = 1000;

/** Who dies, and how often that is drawn. */
const VICTIMS = { owner: 3, 'owner and children': 2, 'process group': 2 };
const VICTIMS_WITH_WATCHDOG = { ...VICTIMS, 'owner and watchdog': 2, watchdog: 1 };
/** Who sweeps after a death; two at once get into each other's way, and one that dies over it is followed by another. */
const SWEEPERS = { clean: 3, 'two cleans': 1, 'a killed clean': 1 };
const SWEEPERS_WITH_WATCHDOG = { watchdog: 6, clean: 2, 'two cleans': 1, 'a killed clean': 1 };
/** How long a sweep takes, about. Milliseconds. */
const SWEEPING = 2000;
/** When: anywhere in a life, or in the part of it that leaves most behind. */
const MOMENTS = { any: 5, creating: 1 };

/** What happens to one owner; the same for the same generator. `fraction` is the moment, as a part of its life. */
export function planLife(random, name, lane) {
  const kind = random.pick(Object.fromEntries(KINDS.map((each) => [each, 1])));
  const victim = random.pick(lane.watchdog ? VICTIMS_WITH_WATCHDOG : VICTIMS);
  const moment = random.pick(MOMENTS);
  const fraction = random.fraction();
  const survives = lane.watchdog && !victim.includes('watchdog');
  const sweeper = random.pick(survives ? SWEEPERS_WITH_WATCHDOG : SWEEPERS);
  return { name: `${BASE}-${name}`, kind, victim, moment, fraction, sweeper, sweepFraction: random.fraction() };
}

/**
 * Lives one life up to its planned moment, ends it, and has somebody sweep.
 *
 * @returns the plan with: at (ms since its beginning), state (of its lease at that moment), struck (0: it was over
 *   already), engineMs (from the death, or the end of the lease's time, until the engine had nothing of it, for good),
 *   cleanMs (the same until the lease was gone as well: the engine is looked at twice before that), problems
 */
export async function endLife(plan, { lane, lengths, census, isDecoy, hasWatchdog }) {
  const owner = lane.owner(plan.kind, plan.name);
  const begun = performance.now();
  const life = owner.live();
  const ended = new AbortController();
  const over = await Promise.race([life, momentOf(plan, lengths, lane, ended.signal)]);
  ended.abort();
  const outcome = { ...plan, lane: lane.name, at: Math.round(performance.now() - begun), problems: [] };
  const victims = over ? [] : victimsOf(plan.victim, owner, lane);
  const watchdogs = lane.watchdogs().map(({ pid }) => pid);
  if (victims.some((pid) => watchdogs.includes(pid))) lane.bereaved = true;
  outcome.state = lane.lease(plan.name)?.state ?? 'no lease';
  if (victims.includes(owner.pid)) owner.condemn();
  outcome.struck = victims.filter((pid) => signal(pid, 'SIGKILL')).length;
  const died = performance.now();
  if (over && !over.failure) lengths[plan.kind] += (over.ms - lengths[plan.kind]) / LEARNING;
  const { failure } = (await within(life, LIFE_LIMIT)) ?? { failure: `no end after ${LIFE_LIMIT} ms` };
  if (failure) outcome.problems.push(`a life that nobody ended failed: ${failure}`);
  let emptySince;
  const isGone = async () => {
    const found = (await census.look(80)).some((object) => object.name.startsWith(`${plan.name}-`) && !isDecoy(object));
    emptySince = found ? undefined : (emptySince ?? performance.now());
    return !found && !lane.lease(plan.name);
  };
  const watched = hasWatchdog && watchdogs.length > 0;
  const sweeper = plan.sweeper === 'watchdog' && !watched ? 'clean' : plan.sweeper;
  const sweep = await swept(sweeper, { lane, plan, died, isGone, problems: outcome.problems });
  const since = (moment) => Math.max(0, Math.round(moment - sweep.from));
  const engineMs = emptySince === undefined ? null : since(emptySince);
  return { ...outcome, sweeper, by: sweep.by, engineMs, cleanMs: since(sweep.ended) };
}

async function momentOf({ name, moment, fraction, kind }, lengths, lane, ended) {
  if (moment === 'any') return sleep(fraction * lengths[kind]);
  // Compose is started when its file has been written. What it has not yet asked for is what a sweep may miss.
  while (!ended.aborted && !lane.isComposing(name)) await sleep(5);
  return sleep(fraction * CREATING);
}

function victimsOf(victim, owner, lane) {
  const { pid } = owner;
  if (pid === undefined) return []; // between two commands of a life
  if (victim === 'owner') return [pid];
  if (victim === 'owner and children') return [pid, ...descendants(pid)];
  if (victim === 'process group') return [pid, -pid];
  const watchdogs = lane.watchdogs().map((each) => each.pid);
  return victim === 'watchdog' ? watchdogs : [...watchdogs, pid];
}

async function swept(sweeper, { lane, plan, died, isGone, problems }) {
  const expires = lane.lease(plan.name)?.expires_at ?? null;
  // A lease that was handed over before the death is valid until its own end.
  const wait = expires === null ? 0 : Math.max(0, expires - Date.now());
  const from = Math.max(died, performance.now() + wait);
  await sleep(wait);
  if (sweeper === 'watchdog') {
    // One that somebody else has killed meanwhile sweeps nothing.
    const isAlone = () => lane.bereaved && lane.watchdogs().length === 0;
    await untilTrue(async () => (await isGone()) || isAlone(), WATCHDOG_LIMIT);
    if (await isGone()) return { by: 'watchdog', from, ended: performance.now() };
    if (!isAlone()) problems.push(`the watchdog left something for ${WATCHDOG_LIMIT} ms`);
  }
  if (sweeper === 'a killed clean') await lane.killedClean(plan.sweepFraction * SWEEPING);
  const cleans = await Promise.all(Array.from({ length: sweeper === 'two cleans' ? 2 : 1 }, () => lane.clean()));
  for (const { code, said } of cleans) if (code !== 0) problems.push(`clean ended with ${code}: ${said}`);
  // Another sweep of the same state folder may have taken it over before, and still be at it.
  if (!(await untilTrue(isGone, SWEEP_LIMIT))) problems.push(`something is left ${SWEEP_LIMIT} ms after the sweep`);
  return { by: sweeper === 'watchdog' ? 'clean' : sweeper, from, ended: performance.now() };
}
