import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { descendants, MARK, processes, signal } from './processes.mjs';
import { within } from './waiting.mjs';

const CLI = new URL('../../dist/surfaces/cli/main.js', import.meta.url).pathname;
const API_OWNER = new URL('./api-owner.mjs', import.meta.url).pathname;
/** How long an environment is used in a life. Milliseconds. */
const HOLD = 200;
/** Of `start`: the lease's own end, when nobody is left to end it. Milliseconds. */
export const TTL = 4000;

/** The ways in which somebody can hold an environment. Each is a life: commands that run one after the other. */
const LIVES = {
  api: (owner) =>
    owner.program([API_OWNER, JSON.stringify({ ...owner.where, name: owner.name, hold: HOLD, ...owner.order })]),
  run: (owner) => owner.program([CLI, 'run', '--name', owner.name, '--', 'sleep', String(HOLD / 1000)]),
  start: async (owner) => {
    await owner.program([CLI, 'start', '--name', owner.name, '--ttl', `${TTL / 1000}s`, '--json']);
    const { lease } = JSON.parse(owner.said).data;
    await owner.program([CLI, 'stop', lease.project]);
  },
};

export const KINDS = Object.keys(LIVES);

/** One owner's life, as processes in a group of their own that bear the owner's mark. */
export class Owner {
  kind;
  name;
  mark;
  where;
  /** More of what an `api` owner is told: see api-owner.mjs. */
  order;
  said = '';
  complaint = '';
  #command;
  #env;
  #child;
  #killed = false;

  /** `where`: { stateDir, cwd }; `command`: wraps a command line (see PrivateEngine.inside); `env` leads to the engine. */
  constructor({ kind, name, mark, where, command, env, order = {} }) {
    Object.assign(this, { kind, name, mark, where, order });
    this.#command = command;
    this.#env = { ...env, [MARK]: mark };
  }

  /** The process that lives now; undefined before and after. */
  get pid() {
    return this.#child?.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }

  /** What an `api` owner has told so far. */
  get events() {
    return this.said
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }

  /** Resolves when an `api` owner has told one of these, or has ended. */
  async heard(...names) {
    const told = () => this.events.some(({ event }) => names.includes(event));
    while (!told() && this.pid !== undefined) {
      await Promise.race([once(this.#child.stdout, 'data'), once(this.#child, 'exit')]);
    }
  }

  /** From here on an early end is no fault of the code under test. */
  condemn() {
    this.#killed = true;
  }

  /** Resolves when the life is over: { ms, failure: what went wrong in a life that nobody ended }. */
  async live() {
    const from = performance.now();
    let failure;
    try {
      await LIVES[this.kind](this);
    } catch (error) {
      if (!this.#killed) failure = error.message;
    }
    return { ms: Math.round(performance.now() - from), failure };
  }

  async program(args) {
    if (this.#killed) throw new Error('killed');
    this.said = '';
    const [file, ...rest] = this.#command(process.execPath, args);
    const options = { cwd: this.where.cwd, env: this.#env, stdio: ['ignore', 'pipe', 'pipe'], detached: true };
    this.#child = spawn(file, rest, options);
    this.#child.stdout.on('data', (chunk) => {
      this.said += chunk;
    });
    this.#child.stderr.on('data', (chunk) => {
      this.complaint += chunk;
    });
    const closed = once(this.#child, 'close');
    const [code, signal] = await once(this.#child, 'exit');
    // What it wrote last comes after its end; what it has left running may keep the stream open for longer.
    await within(closed, 1000);
    if (code !== 0)
      throw new Error(`${this.kind} ended with ${signal ?? code}: ${(this.complaint + this.said).slice(-1500)}`);
  }
}

/** A process that acquires by the API and holds until it is told to release; it can be asked whether it still has it. */
export class Holder {
  project;
  id;
  /** What its environment says: no other one says the same. */
  page;
  #child;
  #lines;

  static async start({ name, mark, where, command, env }) {
    const holder = new Holder();
    const [file, ...rest] = command(process.execPath, [API_OWNER, JSON.stringify({ ...where, name, hold: null })]);
    holder.#child = spawn(file, rest, {
      cwd: where.cwd,
      env: { ...env, [MARK]: mark },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    holder.#lines = createInterface({ input: holder.#child.stdout })[Symbol.asyncIterator]();
    const { id, project } = await holder.hear('ready');
    Object.assign(holder, { id, project });
    holder.page = await holder.ask();
    return holder;
  }

  get pid() {
    return this.#child.pid;
  }

  /** Its process itself, where something was started that starts it. */
  get worker() {
    const all = processes();
    const own = [this.pid, ...descendants(this.pid)];
    return all.filter(({ pid, command }) => own.includes(pid) && command.includes(API_OWNER)).at(-1)?.pid;
  }

  get alive() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ends it without a word. */
  async kill() {
    const ended = once(this.#child, 'exit');
    signal(this.worker, 'SIGKILL');
    await ended;
  }

  tell(order) {
    this.#child.stdin.write(`${order}\n`);
  }

  /** The next event of that name. @throws when the process ends, or says that it failed */
  async hear(event) {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`the holder ended before "${event}"`);
      const said = JSON.parse(value);
      if (said.event === event) return said;
      if (said.event === 'failed') throw new Error(`the holder failed: ${said.code} ${said.message}`);
    }
  }

  /** What its environment says when it is asked for its page. */
  async ask() {
    this.tell('ask');
    return (await this.hear('answer')).body;
  }

  async release() {
    this.#child.stdin.end();
    await this.hear('released');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}
