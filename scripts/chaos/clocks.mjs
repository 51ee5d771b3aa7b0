import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from './barrier.mjs';
import { signal } from './processes.mjs';
import { IMAGE } from './stack.mjs';
import { Trial } from './trial.mjs';
import { untilTrue } from './waiting.mjs';

/** One service is enough to be reaped by mistake. */
const SMALL_STACK = { services: { db: { image: IMAGE, ports: ['18080:8080'] } } };

const HOUR = 3_600_000;
/** Longer than any time limit after which docker-manual gives something up: an owner that cannot be seen, 120 s. Milliseconds. */
const LONG = 130_000;

/**
 * Circumstances in which a living owner may look dead. Each case gets a `Trial` and has sweeps run in it; whatever is
 * said of a lease that lives is a broken promise.
 */
const CASES = {
  async "the owner's clock jumps by an hour"(trial) {
    const clock = trial.clock();
    const holder = await trial.holder(clock.via);
    for (const shift of [HOUR, -HOUR, 0]) {
      clock.set(shift);
      await trial.sweep([holder]);
    }
  },

  async "the sweeper's clock is an hour off"(trial) {
    const clock = trial.clock();
    const holder = await trial.holder();
    const session = await trial.session('2h');
    for (const shift of [HOUR, -HOUR]) {
      clock.set(shift);
      await trial.sweep([holder, session], clock.via);
    }
  },

  async 'the owner is suspended for longer than any time limit'(trial) {
    const holder = await trial.holder();
    await trial.suspended(holder.worker, [holder]);
  },

  async 'the owner is suspended while it acquires'(trial) {
    // Its own deadline goes on while it stands still.
    const owner = trial.lane.owner('api', trial.name('acquirer'), {}, { waitTimeout: 10 * trial.long });
    const life = owner.live();
    if (!(await untilTrue(() => trial.lane.lease(owner.name)?.state === 'starting', 30_000)))
      trial.broken('it never started');
    await trial.suspended(owner.pid, []);
    const { failure } = await life;
    if (failure) trial.broken(failure);
  },

  async 'nothing runs in the owner: its event loop is blocked'(trial) {
    const holder = await trial.holder();
    holder.tell(`block ${trial.long}`);
    await trial.meanwhile(holder.hear('unblocked'));
    await trial.sweep([holder]);
  },

  async 'the watchdog is suspended, and an owner dies'(trial) {
    const [living, dying] = [await trial.holder(), await trial.holder()];
    const watchdogs = trial.lane.watchdogs();
    for (const { pid } of watchdogs) signal(pid, 'SIGSTOP');
    await dying.kill();
    await trial.sweep([living]);
    if (trial.row(dying)) trial.broken('the lease of a dead owner outlives a sweep');
    for (const { pid } of watchdogs) signal(pid, 'SIGCONT');
    await trial.sweep([living]);
  },

  async 'the owner has process numbers of its own, as in a container'(trial) {
    const space = await trial.numberSpace();
    const holder = await trial.holder({ wrap: (command) => space.inside(command) });
    await trial.sweep([holder]);
  },

  async 'the sweeper has process numbers of its own'(trial) {
    const space = await trial.numberSpace();
    const holder = await trial.holder();
    await trial.sweep([holder], { wrap: (command) => space.inside(command) });
  },

  async 'somebody else has the number of the living owner in another number space'(trial) {
    const mine = await trial.numberSpace();
    const theirs = await trial.numberSpace();
    const holder = await trial.holder({ wrap: (command) => mine.inside(command, 4242) });
    const namesake = await trial.holder({ wrap: (command) => theirs.inside(command, 4242) });
    await trial.sweep([holder, namesake], { wrap: (command) => theirs.inside(command) });
    await trial.sweep([holder, namesake], { wrap: (command) => mine.inside(command) });
  },

  async 'the watchdog cannot see the owner, and knows it by its renewals'(trial) {
    const here = await trial.holder();
    const space = await trial.numberSpace();
    const holder = await trial.holder({ wrap: (command) => space.inside(command) });
    await trial.meanwhile(sleep(trial.long));
    await trial.sweep([here, holder]);
    if (!trial.lane.watchdog || trial.long < LONG) return;
    await holder.kill();
    await untilTrue(() => !trial.row(holder), LONG);
    await trial.sweep([here]);
    if (trial.row(holder))
      trial.broken(`nobody has noticed within ${LONG} ms that an owner which cannot be seen has died`);
  },

  async "a dead owner's number belongs to somebody else"(trial) {
    const space = await trial.numberSpace();
    const dead = await trial.holder({ wrap: (command) => space.inside(command, 4242) });
    await dead.kill();
    const heir = await trial.holder({ wrap: (command) => space.inside(command, 4242) });
    await trial.sweep([heir], { wrap: (command) => space.inside(command) });
    if (trial.row(dead)) trial.broken('the lease of a dead owner outlives a sweep, as its number lives on');
  },
};

/**
 * Runs the cases one after the other, by turns with and without a watchdog.
 *
 * @param options.cases their names; all by default
 * @param options.long how long somebody stands still, in milliseconds
 * @param options.only the number of one to repeat, alone
 */
export async function turnClocks(
  arena,
  { cases = Object.keys(CASES), rounds = 1, only, long = LONG, onCase = () => {} },
) {
  await arena.settle();
  const results = [];
  for (let n = only ?? 1; n <= (only ?? rounds * cases.length); n++) {
    const name = cases[(n - 1) % cases.length];
    const watchdog = Math.ceil(n / cases.length) % 2 === 1;
    const result = { number: n, name, watchdog, ...(await oneCase(arena, CASES[name], n, { watchdog, long })) };
    results.push(result);
    onCase(result);
  }
  return results;
}

async function oneCase(arena, run, number, { watchdog, long }) {
  const lane = arena.lane(`clocks-${number}`, { stack: SMALL_STACK, watchdog });
  const trial = new Trial(lane, number, long);
  try {
    await run(trial);
  } catch (error) {
    trial.broken(String(error.stack));
  }
  await trial.end();
  const { problems } = await inspect(arena);
  await arena.close(lane);
  return { passed: trial.passed, problems: [...trial.problems, ...problems] };
}
