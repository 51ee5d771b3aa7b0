import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { must } from './command.mjs';

const VERSION = '11.14.0';
const folder = new URL('../../.cache/testcontainers/', import.meta.url).pathname;

/** What a reader of the figures has to know. */
export const ABOUT_TESTCONTAINERS = `testcontainers-node ${VERSION}, DockerComposeEnvironment, TESTCONTAINERS_RYUK_DISABLED=true (its cleanup container is an image to pull)`;

/** Into .cache and not into package.json: it is what we are compared with, not what we need. */
export async function installTestcontainers() {
  if (existsSync(`${folder}node_modules/testcontainers/package.json`)) return;
  await must('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `testcontainers@${VERSION}`]);
}

/** Another process with testcontainers loaded. `ask` resolves to { ms, reason (null: resolved) }, or null at the limit. */
export class Testcontainers {
  #child;

  static async start(env = process.env) {
    const self = new Testcontainers();
    self.#child = fork(new URL('./testcontainers-child.mjs', import.meta.url), {
      // Where it runs in a container itself, it would look for ports at the gateway, and they are on the loopback.
      env: { ...env, TESTCONTAINERS_RYUK_DISABLED: 'true', TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1' },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await self.#answer(60_000);
    return self;
  }

  ask(request, limit = 120_000) {
    this.#child.send(request);
    return this.#answer(limit);
  }

  stop() {
    this.#child.kill('SIGKILL');
  }

  #answer(limit) {
    return new Promise((resolve, reject) => {
      const end = (settle, value) => {
        clearTimeout(timer);
        this.#child.off('message', answered).off('exit', exited);
        settle(value);
      };
      const answered = (message) => end(resolve, message);
      const exited = (code) => end(reject, new Error(`the process with testcontainers ended with ${code}`));
      const timer = setTimeout(() => end(resolve, null), limit);
      this.#child.once('message', answered).once('exit', exited);
    });
  }
}
