import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, run } from '../../bench/support/command.mjs';
import { readLeases, readStore } from './census.mjs';
import { Holder, Owner } from './owners.mjs';
import { MARK, marked } from './processes.mjs';
import { BASE, writeStack } from './stack.mjs';

const CLI = new URL('../../dist/surfaces/cli/main.js', import.meta.url).pathname;

/**
 * One state folder with owners that use it at the same time. With a `resident`, somebody lives there all the while and
 * is to notice nothing; without, the folder is new for every round.
 */
export class Lane {
  name;
  watchdog;
  /** Whether somebody has killed its watchdog. */
  bereaved = false;
  #engine;
  #mark;
  #folder;
  #resident;
  #ports;
  #stack;

  /** `watchdog`: false keeps it from being started. `mark` is what the marks of all processes here begin with. */
  constructor({ name, engine, mark, ports, watchdog = true, stack }) {
    Object.assign(this, { name, watchdog });
    this.#engine = engine;
    this.#mark = `${mark}.${name}`;
    this.#ports = ports;
    this.#stack = stack;
    this.open();
  }

  get where() {
    return { stateDir: join(this.#folder, 'state'), cwd: this.#folder };
  }

  get resident() {
    return this.#resident;
  }

  /** A new state folder. */
  open() {
    this.#folder = mkdtempSync(join(tmpdir(), 'dm-chaos-'));
    writeStack(this.#folder, this.#stack);
  }

  /** Somebody who stays. */
  async settle() {
    this.#resident = await this.holder(`${BASE}-resident-${this.name}`);
  }

  /** `via`: { wrap: what becomes of the command line, env: more variables }. */
  owner(kind, name, via, order) {
    return new Owner({ kind, name, order, ...this.party(name, via) });
  }

  holder(name, via) {
    return Holder.start({ name, ...this.party(name, via) });
  }

  lease(name) {
    return this.leases().find(({ project }) => project.startsWith(`${name}-`));
  }

  /** Whether Compose has its file for that environment, or has had it. */
  isComposing(name) {
    const lease = this.lease(name);
    return lease !== undefined && existsSync(join(this.where.stateDir, 'leases', lease.id, 'override.yml'));
  }

  leases() {
    return readLeases(this.where.stateDir);
  }

  store() {
    return readStore(this.where.stateDir);
  }

  watchdogs() {
    return marked(this.#mark, this.where.stateDir).filter(({ command }) => /watchdog/.test(command));
  }

  /** Those who fill a pool for the watchdog. */
  fillers() {
    return marked(this.#mark, this.where.stateDir).filter(({ command }) => / pool fill /.test(command));
  }

  /** Processes that came of this lane and should have ended; a watchdog may stay while there is a lease. */
  strays() {
    const allowed = new Set(this.#resident ? [this.#resident.pid] : []);
    return marked(this.#mark, this.where.stateDir).filter(({ pid, command }) => {
      const user = command.startsWith('sleep '); // what `run` was told to run is not ours to end
      return !allowed.has(pid) && !user && !(this.#resident && /watchdog/.test(command));
    });
  }

  /** `docker-manual clean`: { ms, code, removed, kept, said }. */
  async clean(via) {
    const { command, env } = this.party('clean', via);
    const [file, ...args] = command(process.execPath, [CLI, 'clean', '--json']);
    const { code, ms, stdout, stderr } = await run(file, args, { env });
    const { removed = [], kept = [] } = code === 0 ? JSON.parse(stdout).data : {};
    return { ms, code, removed, kept, said: (stderr + stdout).slice(-1500) };
  }

  /** A `docker-manual clean` that is killed after so many milliseconds, if it has not ended by then. */
  async killedClean(after) {
    const { command, env } = this.party('clean');
    const [file, ...args] = command(process.execPath, [CLI, 'clean']);
    await run(file, args, { env, limit: after });
  }

  /** `docker-manual start`; resolves to { id, project }. */
  async start(name, ttl) {
    const { command, env, where } = this.party(name);
    const files = ['-f', join(where.cwd, 'compose.yml')];
    const [file, ...args] = command(process.execPath, [CLI, 'start', ...files, '--name', name, '--ttl', ttl, '--json']);
    return JSON.parse((await must(file, args, { env })).stdout).data.lease;
  }

  /** Ends what nobody runs for. */
  async stopAll() {
    const { command, env } = this.party('stop');
    const [file, ...args] = command(process.execPath, [CLI, 'stop', '--all']);
    await must(file, args, { env });
  }

  /** Ends the pools, and what stands ready in them. */
  async drain() {
    const { command, env } = this.party('drain');
    const [file, ...args] = command(process.execPath, [CLI, 'pool', 'drain']);
    await must(file, args, { env });
  }

  async close() {
    await this.#resident?.release();
    this.#resident = undefined;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What a process of this lane is started with: its mark and variables, where it works, and what wraps its command. */
  party(name, { wrap = (command) => command, env = {} } = {}) {
    const mark = `${this.#mark}.${name}`;
    return {
      mark,
      where: this.where,
      env: {
        ...process.env,
        [MARK]: mark,
        DOCKER_HOST: this.#engine.url,
        DOCKER_MANUAL_HOME: this.where.stateDir,
        DOCKER_MANUAL_PORTS: this.#ports,
        ...(this.watchdog ? {} : { DOCKER_MANUAL_WATCHDOG: 'off' }),
        ...env,
      },
      command: (file, args) => {
        const [first, ...rest] = wrap([file, ...args]);
        return this.#engine.inside(first, rest);
      },
    };
  }
}
