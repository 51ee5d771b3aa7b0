// Runs one project's suite in a state folder of its own, and looks at what is left of it on the engine.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { api } from '../../bench/support/raw-engine.mjs';
import { LeaseStore } from '../../dist/store/lease-store.js';

/** A runner that is started by a runner must not take itself for one of its workers. */
const NOT_HANDED_ON = /^(VITEST|JEST_|TEST|MOCHA_|NODE_TEST|NODE_ENV|NODE_OPTIONS|FORCE_COLOR|GITHUB_|CI$|npm_)/;

/** A new state folder and what a runner is started with. */
export class Place {
  stateDir = join(mkdtempSync(join(tmpdir(), 'dm-runner-')), 'state');

  env(more = {}) {
    const own = Object.entries(process.env).filter(([name]) => !NOT_HANDED_ON.test(name));
    return { ...Object.fromEntries(own), DOCKER_MANUAL_HOME: this.stateDir, NO_COLOR: '1', ...more };
  }

  /** What the folder's environments have on the engine (`objects`), and the projects of its leases. */
  async look() {
    const store = new LeaseStore(this.stateDir);
    try {
      const label = encodeURIComponent(JSON.stringify({ label: [`dev.docker-manual.store=${store.id}`] }));
      const [containers, networks, { Volumes }] = await Promise.all([
        api('GET', `/containers/json?all=1&filters=${label}`),
        api('GET', `/networks?filters=${label}`),
        api('GET', `/volumes?filters=${label}`),
      ]);
      const named = [...containers.map((each) => each.Names[0]), ...networks.map((each) => each.Name)];
      const objects = [...named, ...(Volumes ?? []).map((each) => each.Name)];
      return { objects, leases: store.list().map((lease) => lease.project) };
    } finally {
      store.close();
    }
  }

  async left() {
    const { objects, leases } = await this.look();
    return [...objects, ...leases];
  }

  /**
   * Milliseconds until the engine has nothing any more, for good: the lease ends after a second look at that. null when
   * something still is there after `limit`.
   */
  async untilClean(limit) {
    const from = performance.now();
    for (let empty = null; ; ) {
      const { objects, leases } = await this.look();
      const ms = Math.round(performance.now() - from);
      empty = objects.length > 0 ? null : (empty ?? ms);
      if (empty !== null && leases.length === 0) return empty;
      if (ms > limit) return null;
      await wait(20);
    }
  }

  remove() {
    rmSync(join(this.stateDir, '..'), { recursive: true, force: true });
  }
}

/** Starts a suite. `ended` → { code, signal, output, ms }; `said` resolves when the output has a text. */
export function start({ command, folder }, env, { stdin = 'ignore', limit = 120_000 } = {}) {
  const from = performance.now();
  const child = spawn(command[0], command.slice(1), { cwd: folder, env, stdio: [stdin, 'pipe', 'pipe'] });
  const waiting = new Set();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      for (const look of waiting) look();
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), limit);
  // Not `close`: what a killed runner leaves may hold the pipes open.
  const ended = once(child, 'exit').then(async ([code, signal]) => {
    const ms = Math.round(performance.now() - from);
    clearTimeout(timer);
    await Promise.race([Promise.all([finished(child.stdout), finished(child.stderr)]), wait(300)]);
    return { code, signal, output, ms };
  });
  const said = (text) => {
    const seen = new Promise((resolve) => {
      const look = () => output.includes(text) && resolve();
      waiting.add(look);
      look();
    });
    const never = ended.then((end) => {
      throw new Error(`ended without a word of "${text}": ${end.output}`);
    });
    return Promise.race([seen, never]);
  };
  return { child, ended, said };
}

/** The environments that runs have told of, "docker-manual: shop-1f2e3d4c: ready in 2.1s"; those of `docker-manual run` lack the prefix. */
export function projectsIn(output) {
  return [...output.matchAll(/^(?:docker-manual: )?(\S+): ready in /gm)].map((match) => match[1]);
}
