import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { descendants } from './processes.mjs';
import { untilTrue } from './waiting.mjs';

/** Process numbers of its own, as in a container, on the same machine: the same number can be somebody else here. */
export class PidSpace {
  #first;
  #inner;

  static async open() {
    const space = new PidSpace();
    const args = ['--pid', '--fork', '--mount-proc', '--kill-child', 'sleep', 'infinity'];
    space.#first = spawn('unshare', args, { stdio: 'ignore' });
    const entered = () => {
      [space.#inner] = descendants(space.#first.pid);
      return space.#inner !== undefined;
    };
    if (!(await untilTrue(entered, 5000))) throw new Error('there is no process namespace');
    return space;
  }

  /** The command line of a command in here; `pid` is the number that it is to get. What is spawned is an ancestor of it. */
  inside(command, pid) {
    const wanted = pid === undefined ? '' : `echo ${pid - 1} >/proc/sys/kernel/ns_last_pid;`;
    // The next process that the shell starts gets the number; in the background it would lose its standard input.
    const script = `exec 3<&0; ${wanted} "$@" <&3 3<&- & exec 3<&-; wait $!`;
    return ['nsenter', '--target', String(this.#inner), '--pid', '--mount', '--', 'sh', '-c', script, 'sh', ...command];
  }

  async close() {
    const ended = once(this.#first, 'exit');
    this.#first.kill('SIGKILL');
    await ended;
  }
}
