import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MARK } from './processes.mjs';
import { within } from './waiting.mjs';

const PROGRAM = new URL('./pool-user.mjs', import.meta.url).pathname;

/** A process that uses one environment after the other: see pool-user.mjs. */
export class PoolUser {
  #child;
  #said = '';
  #killed = false;

  constructor({ mark, where, command, env }, order) {
    const [file, ...args] = command(process.execPath, [PROGRAM, JSON.stringify({ ...where, ...order })]);
    this.#child = spawn(file, args, {
      cwd: where.cwd,
      env: { ...env, [MARK]: mark },
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.on('data', (chunk) => {
      this.#said += chunk;
    });
  }

  /** What it has told so far: { project, pooled, ms, uses }. */
  get uses() {
    return this.#events().filter(({ project }) => project !== undefined);
  }

  /** What went wrong before anybody ended it. */
  get failures() {
    return this.#events().flatMap(({ failed }) => failed ?? []);
  }

  /** It and all that it has started. */
  kill() {
    this.#killed = true;
    process.kill(-this.#child.pid, 'SIGKILL');
  }

  /** Has it end after what it is at. @returns false when it did not within so many milliseconds */
  async end(limit) {
    if (this.#killed || this.#child.exitCode !== null) return true;
    const exit = once(this.#child, 'exit');
    this.#child.stdin.end();
    const well = await within(
      exit.then(() => true),
      limit,
    );
    if (!well) this.kill();
    return well === true;
  }

  #events() {
    const lines = this.#said.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line));
  }
}
