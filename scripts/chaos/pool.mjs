import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from './barrier.mjs';
import { PoolUser } from './pool-users.mjs';
import { signal } from './processes.mjs';

export const REDIS = process.env.REDIS_IMAGE ?? 'dm-test-redis';

/** What the pool is of: small, quick, and it counts. */
const STACK = {
  services: {
    db: {
      image: REDIS,
      command: ['redis-server', '--save', ''],
      ports: ['6379:6379'],
      healthcheck: { test: ['CMD', 'redis-cli', 'ping'], interval: '1s', retries: 30 },
    },
  },
};
const POOL = { min: 4, max: 16, idle: 120_000 };
/** How long an environment is used, at most. Milliseconds. */
const HOLD = 400;
/** How long somebody waits for one to be ready, at most. Milliseconds. */
const PATIENCE = 15_000;
/** Between two deaths. Milliseconds. */
const PAUSE = [1000, 4000];
/** What dies, and how often. */
const VICTIMS = { user: 4, filler: 2, watchdog: 1 };
/** How long the last uses may take, with all that has died around them. Milliseconds. */
const LAST_USES = 90_000;

/**
 * Processes that take environments from a pool and give them back, while any of them, what fills the pool, and the watchdog
 * die at random. Nobody may ever get what somebody else has had, and nothing may be left at the end.
 *
 * @returns { uses: what each use told, deaths: what died, problems }
 */
export async function drainPool(arena, { random, users, ms, say = () => {} }) {
  await arena.engine.load(REDIS);
  const lane = arena.lane('pool', { stack: STACK });
  await arena.settle();
  const begun = performance.now();
  const all = [];
  const start = (n) => {
    const user = new PoolUser(lane.party(`user-${n}`), { pool: POOL, hold: HOLD, patience: PATIENCE });
    all.push(user);
    return user;
  };
  const living = Array.from({ length: users }, (_, n) => start(n));
  const deaths = [];
  while (performance.now() - begun < ms) {
    await sleep(random.between(...PAUSE));
    const victim = random.pick(VICTIMS);
    if (strike(victim, lane, living, random, start)) deaths.push(victim);
    say(`${Math.round((performance.now() - begun) / 1000)} s: ${usesOf(all).length} uses, ${deaths.length} deaths`);
  }
  const ended = await Promise.all(living.map((user) => user.end(LAST_USES)));
  const late = ended.filter((well) => !well).length;
  await lane.drain();
  const cleaned = await lane.clean();
  const found = await inspect(arena);
  await arena.close(lane);
  const uses = usesOf(all);
  const problems = [
    ...usesProblems(uses),
    ...all.flatMap((user) => user.failures).map((each) => `an acquire or release failed: ${each}`),
    ...(late > 0 ? [`${late} users did not end`] : []),
    ...(cleaned.code === 0 ? [] : [`clean ended with ${cleaned.code}: ${cleaned.said}`]),
    ...found.problems,
  ];
  return { uses, deaths, problems };
}

function usesOf(users) {
  return users.flatMap((user) => user.uses);
}

/** One process of that kind dies, if there is one; a user is followed by another. */
function strike(victim, lane, living, random, start) {
  if (victim === 'user') {
    const at = Math.floor(random.fraction() * living.length);
    living[at].kill();
    living[at] = start(at);
    return true;
  }
  const found = victim === 'filler' ? lane.fillers() : lane.watchdogs();
  const [one] = found;
  return one !== undefined && signal(one.pid, 'SIGKILL');
}

function usesProblems(uses) {
  const projects = uses.map(({ project }) => project);
  const twice = projects.filter((project, i) => projects.indexOf(project) !== i);
  return [
    ...twice.map((project) => `handed out twice: ${project}`),
    ...uses.filter(({ uses: count }) => count !== 1).map(({ project, uses: count }) => `dirty: ${project} (${count})`),
  ];
}
