import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { residentProblems } from './barrier.mjs';
import { PidSpace } from './pid-space.mjs';
import { signal } from './processes.mjs';
import { BASE, IMAGE } from './stack.mjs';
import { untilTrue } from './waiting.mjs';

/** One service is enough to be reaped by mistake. */
export const SMALL_STACK = { services: { db: { image: IMAGE, ports: ['18080:8080'] } } };

const PRELOAD = new URL('./shifted-clock.mjs', import.meta.url).pathname;
const HOUR = 3_600_000;
/** Longer than any time limit after which docker-manual gives something up as stale (10 s). Milliseconds. */
const LONG = 15_000;
/** Sweeps of each kind in each case. */
const SWEEPS = 3;

/**
 * Circumstances in which a living owner may look dead. Each case gets a `Trial` and has sweeps run in it; whatever is
 * said of a lease that lives is a broken promise.
 */
export const CASES = {
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
    const owner = trial.lane.owner('api', trial.name('acquirer'));
    const life = owner.live();
    if (!(await untilTrue(() => trial.lane.lease(owner.name)?.state === 'starting', 30_000)))
      trial.broken('it never started');
    await trial.suspended(owner.pid, []);
    const { failure } = await life;
    if (failure) trial.broken(failure);
  },

  async 'nothing runs in the owner: its event loop is blocked'(trial) {
    const holder = await trial.holder();
    let blocked = true;
    holder.tell(`block ${LONG}`);
    const unblocked = holder.hear('unblocked').then(() => {
      blocked = false;
    });
    while (blocked) await trial.sweep([]);
    await unblocked;
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

  async "a dead owner's number belongs to somebody else"(trial) {
    const space = await trial.numberSpace();
    const dead = await trial.holder({ wrap: (command) => space.inside(command, 4242) });
    await dead.kill();
    const heir = await trial.holder({ wrap: (command) => space.inside(command, 4242) });
    await trial.sweep([heir], { wrap: (command) => space.inside(command) });
    if (trial.row(dead)) trial.broken('the lease of a dead owner outlives a sweep, as its number lives on');
  },
};

/** One case in one lane: who is there, what was swept, what broke. */
export class Trial {
  lane;
  problems = [];
  /** Living leases that a sweep went past, each time counted. */
  passed = 0;
  #label;
  #holders = [];
  #sessions = 0;
  #spaces = [];
  #folder = mkdtempSync(join(tmpdir(), 'dm-clock-'));

  constructor(lane, label) {
    this.lane = lane;
    this.#label = label;
  }

  name(what) {
    return `${BASE}-${this.#label}-${what}`;
  }

  broken(text) {
    this.problems.push(text);
  }

  row({ id }) {
    return this.lane.leases().find((lease) => lease.id === id);
  }

  async holder(via) {
    const holder = await this.lane.holder(this.name(`h${this.#holders.length}`), via);
    this.#holders.push(holder);
    return holder;
  }

  /** An environment that outlives the command that started it. */
  async session(ttl) {
    this.#sessions += 1;
    const lease = await this.lane.start(this.name(`s${this.#sessions}`), ttl);
    return { ...lease, session: true };
  }

  async numberSpace() {
    const space = await PidSpace.open();
    this.#spaces.push(space);
    return space;
  }

  /** A wall clock to set; `via` has processes run by it. */
  clock() {
    const file = join(this.#folder, 'shift');
    const set = (ms) => writeFileSync(file, String(ms));
    set(0);
    return { set, via: { env: { DM_CHAOS_CLOCK: file, NODE_OPTIONS: `--import=${PRELOAD}` } } };
  }

  /** Has a process stand still for {@link LONG} while others sweep; `living` are asked when it goes on. */
  async suspended(pid, living) {
    signal(pid, 'SIGSTOP');
    const end = performance.now() + LONG;
    while (performance.now() < end) await this.sweep([]);
    signal(pid, 'SIGCONT');
    await this.sweep(living);
  }

  async sweep(living, via) {
    for (let n = 0; n < SWEEPS; n++) {
      const { code, said } = await this.lane.clean(via);
      if (code !== 0) this.broken(`clean ended with ${code}: ${said}`);
      this.passed += Math.max(1, living.length);
    }
    for (const each of living) {
      const rows = this.lane.leases().filter(({ id }) => id === each.id);
      const found = each.session ? sessionProblems(each, rows) : await residentProblems(each, rows);
      this.problems.push(...found);
    }
  }

  async end() {
    for (const holder of this.#holders) {
      if (holder.alive) await holder.release().catch((error) => this.broken(error.message));
    }
    for (const space of this.#spaces) await space.close();
    await this.lane.stopAll();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function sessionProblems({ project }, rows) {
  return rows.length === 1 && rows[0].state === 'ready' ? [] : [`the lease of ${project} has gone before its time`];
}
