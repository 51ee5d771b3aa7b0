import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { execa } from 'execa';

/** RFC 2544: for tests between machines; nobody routes it. */
const [HERE, THERE] = ['198.18.77.1', '198.18.77.2'];
const [HERE6, THERE6] = ['fd5d:7e57::1', 'fd5d:7e57::2'];
const HELD = 'echo ready; exec sleep infinity';

/** Connects to each "address port" of its arguments and says how that went. */
const CONNECT = `
const { connect } = require('node:net');
const results = process.argv.slice(1).map((place) => new Promise((resolve) => {
  const [host, port] = place.split(' ');
  const socket = connect({ host, port, timeout: 5000 });
  const end = (result) => { socket.destroy(); resolve([place, result]); };
  socket.on('connect', () => end('accepted')).on('timeout', () => end('silence')).on('error', (error) => end(error.code));
}));
Promise.all(results).then((all) => console.log(JSON.stringify(Object.fromEntries(all))));
`;

/**
 * Another machine as far as the network goes: a namespace of its own, joined to this one by a pair of virtual cables, with
 * an address that is none of ours. Linux, as root.
 */
export class Peer implements AsyncDisposable {
  /** Addresses by which it reaches this machine, other than those that this machine has anyway. */
  readonly addresses: readonly string[];
  readonly #holder: ChildProcess;
  readonly #cable: string;

  private constructor(holder: ChildProcess, cable: string, addresses: readonly string[]) {
    this.#holder = holder;
    this.#cable = cable;
    this.addresses = addresses;
  }

  /** Why this machine cannot have one; undefined where it can. */
  static missing(): string | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux, as root';
    const tried = spawnSync('unshare', ['-n', 'sh', '-c', 'ip link add dm0 type veth peer name dm1'], {
      encoding: 'utf8',
    });
    return tried.status === 0 ? undefined : `no network namespaces here: ${tried.stderr || tried.error?.message}`;
  }

  static async open(): Promise<Peer> {
    const holder = spawn('unshare', ['-n', 'sh', '-c', HELD], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    const pid = String(holder.pid);
    const cable = `dmpeer${pid}`;
    const here = (...args: string[]) => execa('ip', args);
    const there = (...args: string[]) => execa('nsenter', [`--net=/proc/${pid}/ns/net`, 'ip', ...args]);
    await here('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid);
    await here('addr', 'add', `${HERE}/30`, 'dev', cable);
    await there('addr', 'add', `${THERE}/30`, 'dev', 'eth0');
    const six = await Promise.all([
      here('addr', 'add', `${HERE6}/64`, 'dev', cable, 'nodad'),
      there('addr', 'add', `${THERE6}/64`, 'dev', 'eth0', 'nodad'),
    ]).catch(() => undefined); // a machine without IPv6
    await here('link', 'set', cable, 'up');
    await there('link', 'set', 'eth0', 'up');
    await there('route', 'add', 'default', 'via', HERE);
    if (six) await there('-6', 'route', 'add', 'default', 'via', HERE6);
    return new Peer(holder, cable, six ? [HERE, HERE6] : [HERE]);
  }

  /** "address port" → "accepted", "ECONNREFUSED" … , as seen from there. */
  async connect(places: readonly string[]): Promise<Record<string, string>> {
    const args = [`--net=/proc/${this.#holder.pid}/ns/net`, process.execPath, '-e', CONNECT, ...places];
    return JSON.parse((await execa('nsenter', args)).stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await execa('ip', ['link', 'delete', this.#cable]);
    const exit = once(this.#holder, 'exit');
    this.#holder.kill('SIGKILL');
    await exit;
  }
}

/** The same from here. */
export async function connectFromHere(places: readonly string[]): Promise<Record<string, string>> {
  return JSON.parse((await execa(process.execPath, ['-e', CONNECT, ...places])).stdout);
}
