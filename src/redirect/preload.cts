/**
 * Loaded into a test process before anything else, by `NODE_OPTIONS=--require`. With `DM_PORT_MAP=5432=31222` every TCP
 * connection of the process to port 5432 of this machine's loopback goes to 127.0.0.1:31222, where the lease's service
 * is. Everything in Node that opens a TCP connection (net, tls, http, http2, fetch) ends in `Socket.prototype.connect`,
 * so that one method is replaced and nothing else. Callers' objects are never changed: agents and pools stay keyed by
 * what the user wrote, and so do the Host header and the name that a certificate is checked against.
 */
import type net = require('node:net');

type PortMap = ReadonlyMap<number, number>;

/** What `connect` takes in its longest form; anything may be in it, since nobody has validated it yet. */
type ConnectOptions = { readonly [key in 'host' | 'port' | 'path' | 'fd']?: unknown };

/** Any `connect`, without its overloads. */
type Connect = (this: net.Socket, ...args: unknown[]) => net.Socket;

/** A lease's ports are published on this address and on no other. */
const LEASED_ADDRESS = '127.0.0.1';

const LOOPBACK_ADDRESSES: ReadonlySet<unknown> = new Set(['127.0.0.1', '::1', '0.0.0.0', '::', '::ffff:127.0.0.1']);

/** RFC 6761: names below `localhost` are loopback as well; tests of object stores have `bucket.localhost`. */
const LOOPBACK_NAME = /(?:^|\.)localhost\.?$/i;

/** In the global registry, so that a second copy of this file (another version, another folder) sees it too. */
const INSTALLED = Symbol.for('docker-manual.redirect');

/** "5432=31222,9092=31223" → a map. What is none of that is left out and told in one line. */
function parsePortMap(text: string): PortMap {
  const map = new Map<number, number>();
  const skipped: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    const [, published, leased] = (/^(\d+)=(\d+)$/.exec(entry) ?? []).map(Number);
    if (isPort(published) && isPort(leased)) map.set(published, leased);
    else if (entry !== '') skipped.push(JSON.stringify(entry));
  }
  if (skipped.length > 0) {
    process.stderr.write(
      `docker-manual: DM_PORT_MAP: not redirected: ${skipped.join(', ')} (wanted: PUBLISHED=LEASED, as in 5432=31222)\n`,
    );
  }
  return map;
}

function isPort(value: number | undefined): value is number {
  return value !== undefined && value >= 1 && value <= 65535;
}

/** The options in any of the forms `connect` takes: (port, host?), (options), and net's internal ([options, callback]). */
function optionsOf([first, second]: readonly unknown[]): ConnectOptions {
  if (Array.isArray(first)) return first[0] ?? {};
  if (typeof first === 'object' && first !== null) return first;
  // A path is a string, too; it is no number and so in no map.
  return { port: first, host: typeof second === 'string' ? second : undefined };
}

function callbackOf(args: readonly unknown[]): unknown[] {
  const last = Array.isArray(args[0]) ? args[0][1] : args.at(-1);
  return typeof last === 'function' ? [last] : [];
}

/** The options with the leased port for the published one; undefined where the connection is none of ours. */
function redirect(options: ConnectOptions, map: PortMap): object | undefined {
  const { host, port, path, fd } = options;
  if (path || (fd !== undefined && fd !== null)) return undefined;
  const leased = typeof port === 'number' || typeof port === 'string' ? map.get(Number(port)) : undefined;
  if (leased === undefined) return undefined;
  if (LOOPBACK_ADDRESSES.has(host)) return { ...options, port: leased, host: LEASED_ADDRESS };
  if (!host || (typeof host === 'string' && LOOPBACK_NAME.test(host))) {
    // The name stays and its resolution is replaced: clients wait for the `lookup` event of a name to start their
    // timers. One address is all there is, so there is nothing for happy eyeballs to choose from.
    return { ...options, port: leased, lookup: resolveToLease, autoSelectFamily: false };
  }
  return undefined;
}

const resolveToLease: net.LookupFunction = (_hostname, _options, callback) => {
  // never before `connect` has returned: callers add their listeners after it
  process.nextTick(callback, null, LEASED_ADDRESS, 4);
};

function install(map: PortMap): void {
  // Not at the top of the file: loading net is nearly all this file costs, and without a map nobody needs it.
  const { Socket } = require('node:net') as typeof net;
  if (INSTALLED in Socket) return;
  Object.defineProperty(Socket, INSTALLED, { value: true });
  const original = Socket.prototype.connect as Connect;
  const connect: Connect = function connect(...args) {
    const redirected = redirect(optionsOf(args), map);
    return redirected ? original.call(this, redirected, ...callbackOf(args)) : original.apply(this, args);
  };
  Socket.prototype.connect = connect as typeof Socket.prototype.connect;
}

const portMap = parsePortMap(process.env.DM_PORT_MAP ?? '');
if (portMap.size > 0) install(portMap);
