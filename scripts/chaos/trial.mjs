import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentProblems } from './barrier.mjs';
import { PidSpace } from './pid-space.mjs';
import { signal } from './processes.mjs';
import { BASE } from './stack.mjs';
import { within } from './waiting.mjs';

const PRELOAD = new URL('./shifted-clock.mjs', import.meta.url).pathname;
/** Between sweeps while somebody stands still. Milliseconds. */
const PAUSE = 2000;
/** Sweeps of each kind in each case. */
const SWEEPS = 3;

/** One case in one lane: who is there, what was swept, what broke. */
export class Trial {
  lane;
  problems = [];
  /** Living leases that a sweep went past, each time counted. */
  passed = 0;
  long;
  #label;
  #holders = [];
  #sessions = 0;
  #spaces = [];
  #folder = mkdtempSync(join(tmpdir(), 'dm-clock-'));

  /** `long`: how long somebody stands still, in milliseconds. */
  constructor(lane, label, long) {
    Object.assign(this, { lane, long });
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

  /** Has a process stand still while others sweep; `living` are asked when it goes on. */
  async suspended(pid, living) {
    signal(pid, 'SIGSTOP');
    await this.meanwhile(sleep(this.long));
    signal(pid, 'SIGCONT');
    await this.sweep(living);
  }

  /** Sweeps again and again until something has come to its end. */
  async meanwhile(end) {
    while (
      !(await within(
        end.then(() => true),
        PAUSE,
      ))
    )
      await this.sweep([]);
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
