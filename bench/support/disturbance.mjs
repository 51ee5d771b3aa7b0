import { execFile, spawn } from 'node:child_process';

/**
 * Does to a run what its scenario says, as soon as its first container has started. `proxy` is what the run under test
 * talks through; this side has the engine's own socket. Disposing ends the watch.
 */
export class Disturbance {
  #watch;
  #done;

  constructor(kind, run, proxy) {
    // --since: what happens before the watch stands is told too.
    const since = String(Math.floor(Date.now() / 1000));
    const filters = ['--filter', `label=dm-scenario=${run}`, '--filter', 'event=start'];
    const args = ['events', '--since', since, ...filters, '--format', '{{.ID}}'];
    this.#watch = spawn('docker', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#done = new Promise((resolve) => {
      this.#watch.stdout.once('data', (chunk) => resolve(disturb(kind, String(chunk).split('\n')[0], proxy)));
      this.#watch.once('exit', resolve);
    });
  }

  async [Symbol.asyncDispose]() {
    this.#watch.kill();
    await this.#done;
  }
}

async function disturb(kind, id, proxy) {
  if (kind === 'freeze') proxy.freeze();
  else if (kind === 'cut') await proxy.cut();
  else await new Promise((resolve) => execFile('docker', ['rm', '-f', id], resolve));
}
