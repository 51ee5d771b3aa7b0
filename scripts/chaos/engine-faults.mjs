import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from './barrier.mjs';
import { BASE } from './stack.mjs';
import { within } from './waiting.mjs';

/** What the caller allows an acquire, from its beginning. Milliseconds. */
const LIMIT = 12_000;
/** What is allowed beyond a deadline. Milliseconds. */
const GRACE = 2000;
/** A release has no deadline of the caller's; its own is a minute. Milliseconds. */
const RELEASE_LIMIT = 62_000;
/** How long a release is kept waiting by a frozen engine. Milliseconds. */
const HUNG = 5000;
/** What an owner may be told when its engine fails. */
const CODES = ['ENGINE_UNAVAILABLE', 'ENGINE_HUNG', 'READY_TIMEOUT', 'ABORTED', 'RELEASE_INCOMPLETE', 'SERVICE_FAILED'];
/** Owners at once. */
const OWNERS = 2;

const FAULTS = {
  restart: async ({ engine }) => {
    await engine.stop();
    await engine.up();
  },
  kill: async ({ engine, away }) => {
    await engine.kill();
    await sleep(away);
    await engine.up();
  },
  freeze: async ({ engine, owners, patience }) => {
    engine.freeze();
    await within(Promise.all(owners.map((owner) => owner.heard('ready', 'failed'))), patience);
    await sleep(HUNG);
    engine.thaw();
  },
};

/**
 * The engine is restarted, killed or frozen at random moments of an acquire or release: nobody hangs for longer than
 * was asked for, and when it is back, one sweep leaves nothing.
 *
 * @param options.faults names of those to choose from; all by default
 * @param options.length of a life, in milliseconds; measured first when absent
 * @param options.only the number of one round to repeat, alone
 */
export async function breakEngine(arena, options) {
  const { random, rounds, only, faults = Object.keys(FAULTS), onRound = () => {} } = options;
  await arena.settle();
  const length = options.length ?? (await measure(arena));
  const results = [];
  for (let n = only ?? 1; n <= (only ?? rounds); n++) {
    const result = await oneRound(arena, random.fork(`engine/${n}`), n, { length, faults });
    results.push(result);
    onRound(result);
  }
  return { length, results };
}

/** Length of an undisturbed life. The first one warms caches. */
async function measure(arena) {
  const lane = arena.lane('measured');
  let ms = 0;
  for (let n = 0; n < 2; n++) {
    const lives = Array.from({ length: OWNERS }, (_, i) => lane.owner('api', `${BASE}-measured-${n}-${i}`).live());
    for (const life of await Promise.all(lives)) {
      if (life.failure) throw new Error(`an undisturbed life failed: ${life.failure}`);
      ms = life.ms;
    }
  }
  await arena.close(lane);
  return ms;
}

async function oneRound(arena, random, number, { length, faults }) {
  const fault = random.pick(Object.fromEntries(faults.map((each) => [each, 1])));
  const away = Math.round(random.between(0, 3000));
  const at = Math.round(random.fraction() * length);
  // With a limit of the caller's on the whole acquire, or with the wait timeout alone.
  const asked = random.pick({ limit: 1, waitTimeout: 1 });
  const order = asked === 'limit' ? { limit: LIMIT } : { waitTimeout: LIMIT };
  const lane = arena.lane(`engine-${number}`);
  const owners = Array.from({ length: OWNERS }, (_, i) => lane.owner('api', `${BASE}-${number}-${i}`, {}, order));
  const lives = owners.map((owner) => owner.live());
  await sleep(at);
  const states = owners.map((owner) => lane.lease(owner.name)?.state ?? 'no lease');
  const recovered = FAULTS[fault]({ engine: arena.engine, away, owners, patience: 2 * RELEASE_LIMIT });
  const ended = await within(Promise.all(lives), 3 * RELEASE_LIMIT);
  await recovered;
  const problems = ended ? owners.flatMap((owner) => tooLate(owner, asked)) : ['an owner hangs'];
  const { code, said, ms } = await lane.clean();
  if (code !== 0) problems.push(`clean ended with ${code}: ${said}`);
  const found = await inspect(arena);
  await arena.close(lane);
  const told = owners.map((owner) => owner.events);
  return {
    number,
    fault,
    at,
    away,
    asked,
    states,
    told,
    cleanMs: ms,
    ...found,
    problems: [...problems, ...found.problems],
  };
}

/** Acquired or refused within what was asked for; released or refused within a minute; each refusal with its code. */
function tooLate({ events }, asked) {
  const of = (name) => events.find(({ event }) => event === name);
  const failed = of('failed');
  const releasing = of('releasing');
  const problems = [];
  const settled = of('ready') ?? failed;
  // The wait timeout counts from the creation of the first container.
  const create = events.find(({ event, step }) => event === 'step' && step === 'create');
  const from = asked === 'waitTimeout' ? (create?.ms ?? 0) : 0;
  if (!settled) problems.push('an acquire did not come back');
  else if (settled.ms - from > LIMIT + GRACE) {
    const step = events.findLast(({ event }) => event === 'step')?.step;
    const end = `${settled.event} ${settled.code ?? ''} after ${settled.ms} ms, in the step ${step}`;
    problems.push(`an acquire with a ${asked} of ${LIMIT} ms came back late: ${end}`);
  }
  if (releasing && failed?.ms - releasing.ms > RELEASE_LIMIT)
    problems.push(`a release took ${failed.ms - releasing.ms} ms`);
  if (failed && !CODES.includes(failed.code)) problems.push(`a wrong code, ${failed.code}: ${failed.message}`);
  return problems;
}
