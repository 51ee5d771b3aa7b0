import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { EngineApi } from './engine-api.mjs';
import { untilTrue } from './waiting.mjs';

const exec = promisify(execFile);

/** Where scripts/engine-up puts its programs, before those of the system. */
const PROGRAMS = process.env.ENGINE_DIR ?? '/opt/docker';
const PATH = `${PROGRAMS}/usr/sbin:${PROGRAMS}/usr/bin:${process.env.PATH}:/usr/sbin:/sbin`;
/** First start with an empty data folder took 2 to 6 s. Milliseconds. */
const START_LIMIT = 60_000;
const STOP_LIMIT = 60_000;

/**
 * An engine of our own beside the machine's, in its own network and mount namespaces: it may be killed, frozen and
 * counted to the last object. Linux, as root. Processes that are to reach published ports run `inside`.
 */
export class PrivateEngine {
  /** Why this machine cannot have one; undefined where it can. */
  static missing() {
    if (process.platform !== 'linux' || process.getuid() !== 0) return 'a private engine needs Linux and root';
    const needed = ['dockerd', 'ip', 'nsenter', 'unshare'];
    const without = needed.filter((name) => !PATH.split(':').some((folder) => existsSync(join(folder, name))));
    return without.length === 0 ? undefined : `a private engine needs ${without.join(', ')}`;
  }

  /** `ip netns exec` would remount /sys, and then dockerd finds no cgroups; nsenter does not. */
  #enter;
  #folder;
  #name;
  #daemon;
  #exited;

  static async start() {
    const engine = new PrivateEngine();
    try {
      await engine.#prepare();
      await engine.up();
      return engine;
    } catch (error) {
      await engine.dispose();
      throw error;
    }
  }

  get socket() {
    return join(this.#folder, 'docker.sock');
  }

  get url() {
    return `unix://${this.socket}`;
  }

  /** dockerd's log, for a look when something failed. */
  get log() {
    return readFileSync(join(this.#folder, 'log'), 'utf8');
  }

  get api() {
    return new EngineApi(this.socket);
  }

  /** A command line that runs in the engine's network, where its published ports are; the process keeps its id. */
  inside(file, args) {
    return [...this.#enter, file, ...args];
  }

  /** Starts dockerd, which may have been ended before; resolves when it answers. */
  async up() {
    const log = openSync(join(this.#folder, 'log'), 'a');
    const own = ['data', 'exec', 'pid', 'daemon.json'].map((part) => join(this.#folder, part));
    const [data, execRoot, pidFile, config] = own;
    const [command, ...args] = this.inside('unshare', [
      ...['-m', '--propagation', 'private', 'dockerd', '--host', this.url, '--config-file', config],
      ...['--data-root', data, '--exec-root', execRoot, '--pidfile', pidFile, '--cgroup-parent', this.#name],
      // Where the system runs a containerd, dockerd uses that one.
      ...['--containerd-namespace', this.#name, '--containerd-plugins-namespace', `${this.#name}-plugins`],
    ]);
    rmSync(pidFile, { force: true });
    this.#daemon = spawn(command, args, { stdio: ['ignore', log, log], env: { ...process.env, PATH }, detached: true });
    closeSync(log);
    let ended = false;
    this.#exited = new Promise((resolve) => {
      this.#daemon.once('exit', () => {
        ended = true;
        resolve();
      });
    });
    const answers = () =>
      ended ||
      this.api.json('GET', '/version').then(
        () => true,
        () => false,
      );
    if (!(await untilTrue(answers, START_LIMIT)) || ended)
      throw new Error(`dockerd did not come up:\n${this.log.slice(-2000)}`);
  }

  /** SIGTERM: containers are stopped. */
  async stop() {
    this.#daemon.kill('SIGTERM');
    const late = setTimeout(() => this.#daemon.kill('SIGKILL'), STOP_LIMIT);
    await this.#exited;
    clearTimeout(late);
  }

  /** SIGKILL: shims and containers live on until the next start. */
  async kill() {
    this.#daemon.kill('SIGKILL');
    await this.#exited;
  }

  freeze() {
    this.#daemon.kill('SIGSTOP');
  }

  thaw() {
    this.#daemon.kill('SIGCONT');
  }

  async dispose() {
    if (this.#daemon && this.#daemon.exitCode === null && this.#daemon.signalCode === null) {
      this.thaw();
      const containers = await this.api.containers().catch(() => []);
      await Promise.allSettled(containers.map(({ Id }) => this.api.remove({ kind: 'container', id: Id })));
      await this.stop();
    }
    if (!this.#folder) return;
    await this.#endContainerd();
    await exec('ip', ['netns', 'del', this.#name]).catch(() => {});
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async #prepare() {
    this.#folder = mkdtempSync('/var/tmp/dm-engine-');
    this.#name = basename(this.#folder).toLowerCase();
    this.#enter = ['nsenter', `--net=/run/netns/${this.#name}`];
    writeFileSync(join(this.#folder, 'daemon.json'), '{}');
    await exec('ip', ['netns', 'add', this.#name]);
    const [command, ...args] = this.inside('ip', ['link', 'set', 'lo', 'up']);
    await exec(command, args);
  }

  /** A dockerd that was killed leaves its containerd behind. */
  async #endContainerd() {
    const file = join(this.#folder, 'exec', 'containerd', 'containerd.pid');
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    const mine = () => pid > 0 && commandLine(pid).includes(this.#folder);
    if (!mine()) return;
    process.kill(pid, 'SIGKILL');
    await untilTrue(() => !mine(), STOP_LIMIT);
  }

  /** Brings images over from the engine of this environment. */
  async load(...images) {
    const save = spawn('docker', ['save', ...images], { stdio: ['ignore', 'pipe', 'inherit'] });
    const env = { ...process.env, DOCKER_HOST: this.url };
    const load = spawn('docker', ['load', '--quiet'], { stdio: [save.stdout, 'ignore', 'inherit'], env });
    const code = await new Promise((resolve, reject) => load.on('error', reject).on('exit', resolve));
    if (code !== 0) throw new Error(`the images ${images.join(', ')} could not be loaded`);
  }
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
