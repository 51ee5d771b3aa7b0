import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** Where scripts/engine-up puts its programs, before those of the system. */
const PROGRAMS = process.env.ENGINE_DIR ?? '/opt/docker';
const PATH = `${PROGRAMS}/usr/sbin:${PROGRAMS}/usr/bin:${process.env.PATH}:/usr/sbin:/sbin`;
/** As much of the daemon's log as an error message may need. Characters. */
const LOG_KEPT = 100_000;

/**
 * The first process of the engine's own world. It makes the mounts, says "ready", and ends when its stdin does: also
 * when its starter is killed, and with it every process of the namespace, as the kernel has it. It waits as a shell,
 * because somebody has to take the exit codes of orphaned shims. A containerd of the system's would be taken for our
 * own, so its socket is hidden.
 */
const FIRST_PROCESS = `
set -e
mount -t proc proc /proc
mkdir -p /run/containerd
mount -t tmpfs tmpfs /run/containerd
[ -z "$TMPFS" ] || mount -t tmpfs -o "size=$TMPFS,mode=0711" tmpfs "$DATA"
ip link set lo up
exec 3<&0
echo ready
cat <&3 >/dev/null &
wait $!
`;

/** Outlives that world, whatever ends it, and removes what it has left on the machine. */
const KEEPER = `
unshare --mount --net --pid --fork --propagation private sh -c "$FIRST_PROCESS"
find /sys/fs/cgroup -depth -type d -path "*/$NAME*" -exec rmdir {} \\;
rm -rf "$FOLDER"
`;

/**
 * A second Docker engine that may be filled up, stopped, frozen, killed and counted to the last object: own processes,
 * network, mounts, data and socket; the machine and its own engine notice nothing. Linux, as root.
 *
 *     await using engine = await PrivateEngine.start({ images: ['dm-test-fixture'] });
 *
 * The ports that its containers publish are on the loopback of its own network: what is to connect there runs
 * {@link inside}. It has no way out, so no registry. When its starter dies, all of it ends.
 */
export class PrivateEngine {
  folder = mkdtempSync('/var/tmp/dm-engine-');
  socket = join(this.folder, 'docker.sock');
  /** As in DOCKER_HOST. */
  url = `unix://${this.socket}`;
  /** The environment of a command that is to use this engine. */
  env = { ...process.env, DOCKER_HOST: this.url, DOCKER_CONTEXT: undefined };
  #data = join(this.folder, 'data');
  #args;
  #keeper;
  #gone;
  /** The number of the world's first process, as this machine counts. */
  #first = 0;
  #entered;
  #log = '';

  /** Why this machine cannot have one; undefined where it can. */
  static missing() {
    missing ??= { reason: whyNot() };
    return missing.reason;
  }

  /**
   * A running engine.
   *
   * @param options.tmpfs size of a disk in memory for its data ("24m"), to be filled; else a folder of the machine
   * @param options.images images of the machine's engine to bring along
   * @param options.args more words for dockerd, such as `--default-address-pool`
   * @throws when it does not come up, with the end of its log
   */
  static async start({ tmpfs = '', images = [], args = [] } = {}) {
    const engine = new this(tmpfs, args);
    try {
      await engine.#enter();
      await engine.up();
      if (images.length > 0) await engine.load(...images);
      return engine;
    } catch (error) {
      await engine.dispose();
      throw error;
    }
  }
  constructor(tmpfs, args) {
    this.#args = args;
    mkdirSync(this.#data);
    writeFileSync(join(this.folder, 'daemon.json'), '{}');
    const [FOLDER, NAME] = [this.folder, basename(this.folder)];
    this.#keeper = spawn('sh', ['-c', KEEPER], {
      env: { ...process.env, PATH, FIRST_PROCESS, FOLDER, NAME, DATA: this.#data, TMPFS: tmpfs },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#gone = once(this.#keeper, 'exit');
  }

  /** What the daemon has said so far (the end of it). */
  get log() {
    return this.#log;
  }

  /** The number of the daemon's process; undefined while it does not run. */
  get pid() {
    return this.#entered && childOf(this.#entered.pid);
  }

  /** Brings images over from the machine's engine. */
  async load(...images) {
    const save = spawn('docker', ['save', ...images], { stdio: ['ignore', 'pipe', 'inherit'] });
    const load = spawn('docker', ['load', '--quiet'], { stdio: [save.stdout, 'ignore', 'inherit'], env: this.env });
    const [code] = await once(load, 'exit');
    if (code !== 0) throw new Error(`the images ${images.join(', ')} could not be loaded`);
  }

  /** A command line that runs in the engine's network, where its published ports are; the process keeps its id. */
  inside(file, args = []) {
    return ['nsenter', `--net=/proc/${this.#first}/ns/net`, '--', file, ...args];
  }

  /** Runs a script of the shell amid the engine's own mounts, network and processes; $DATA is its data folder. */
  async script(text) {
    await exec('nsenter', [...this.#world(), 'sh', '-c', text], { env: { PATH, DATA: this.#data } });
  }

  /** Starts the daemon, which may have been ended before; resolves when it answers. */
  async up() {
    if (this.#entered) throw new Error('the private engine runs already');
    const own = (part) => join(this.folder, part);
    const words = [
      ...['--host', this.url, '--data-root', this.#data, '--exec-root', own('exec'), '--pidfile', own('dockerd.pid')],
      ...['--config-file', own('daemon.json'), '--cgroup-parent', `/${basename(this.folder)}`],
      // Without a systemd to ask, and so that the groups of its containers are found again.
      ...['--exec-opt', 'native.cgroupdriver=cgroupfs'],
    ];
    const child = spawn('nsenter', [...this.#world(), 'dockerd', ...words, ...this.#args], {
      env: { ...process.env, PATH, DOCKER_HOST: undefined },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.#entered = child;
    child.once('exit', () => {
      this.#entered = undefined;
    });
    await this.#said(child, /API listen on/);
  }

  /** SIGTERM: it ends its containers first. */
  async stop() {
    this.thaw();
    await this.#end('SIGTERM');
  }

  /** SIGKILL: shims and containers live on until the next start. */
  async kill() {
    await this.#end('SIGKILL');
  }

  async restart() {
    await this.stop();
    await this.up();
  }

  /** It keeps its socket and answers nothing any more. */
  freeze() {
    this.#signal('SIGSTOP');
  }

  thaw() {
    this.#signal('SIGCONT');
    this.#entered?.kill('SIGCONT'); // nsenter stops together with what it runs
  }

  /** Takes all space that a disk in memory has. */
  async fillDisk() {
    await this.script('dd if=/dev/zero of="$DATA/filler" bs=64k 2>/dev/null || true');
  }

  async freeDisk() {
    await this.script('rm -f "$DATA/filler"');
  }

  /** Ends everything that runs in it, at once and whatever state it is in, and removes every trace. */
  async dispose() {
    this.#entered?.kill('SIGCONT');
    this.#keeper.stdin.end();
    await this.#gone;
  }

  async [Symbol.asyncDispose]() {
    await this.dispose();
  }

  async #enter() {
    await this.#said(this.#keeper, /ready/);
    this.#first = childOf(childOf(this.#keeper.pid));
  }

  #world() {
    return ['--target', String(this.#first), '--mount', '--net', '--pid', '--'];
  }

  /** Waits until the process has written what is looked for. */
  #said(child, pattern) {
    return new Promise((resolve, reject) => {
      let said = '';
      const read = (chunk) => {
        said = (said + chunk).slice(-LOG_KEPT);
        this.#log = (this.#log + chunk).slice(-LOG_KEPT);
        if (pattern.test(said)) resolve();
      };
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', read);
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`the private engine does not start:\n${this.#log.slice(-3000)}`)));
    });
  }

  async #end(signal) {
    const child = this.#entered;
    if (!child) return;
    const ended = once(child, 'exit');
    this.#signal(signal);
    child.kill('SIGCONT');
    await ended;
  }

  #signal(signal) {
    const { pid } = this;
    if (pid !== undefined) process.kill(pid, signal);
  }
}

let missing;

function whyNot() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return 'a private engine needs Linux and root';
  const needed = [
    ['nsenter', '--version'],
    ['ip', '-V'],
    ['dockerd', '--version'],
    ['unshare', '--mount', '--net', '--pid', '--fork', 'true'],
  ];
  const works = ([file, ...args]) =>
    spawnSync(file, args, { env: { ...process.env, PATH }, stdio: 'ignore' }).status === 0;
  const without = needed.find((command) => !works(command));
  return without && `a private engine needs "${without.join(' ')}", which does not work here`;
}

/** The first child of a process; undefined when it has none, or has ended. */
function childOf(pid) {
  try {
    return Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}
