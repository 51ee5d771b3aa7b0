import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces, userInfo } from 'node:os';
import { basename } from 'node:path';
import type { ProcessFacts, ProcessOwner, SessionOwner } from '../domain/owner.js';
import type { PortRange } from '../domain/ports.js';
import { parseSubnet, type Subnet } from '../domain/subnet.js';

/** What only this machine can say: who we are, which processes live, which ports the kernel hands out. */

export function thisProcess(command: string = commandName()): ProcessOwner {
  return {
    kind: 'process',
    host: hostId(),
    boot: bootId(),
    pid: process.pid,
    startTicks: processStat(process.pid)?.startTicks ?? null,
    command,
  };
}

export function thisSession(command: string): SessionOwner {
  return { kind: 'session', host: hostId(), user: userName(), command };
}

export function factsAbout(pid: number): ProcessFacts {
  return { host: hostId(), boot: bootId(), process: processStat(pid) };
}

/** Ports the kernel may give to any outgoing connection; undefined where the platform does not tell. */
export function ephemeralPorts(): PortRange | undefined {
  const [first, last] = readOr('/proc/sys/net/ipv4/ip_local_port_range', '').trim().split(/\s+/).map(Number);
  return first && last ? { first, last } : undefined;
}

/** Networks that this machine has or knows a way to: a network of ours must not cover them. */
export function routedSubnets(): Subnet[] {
  const own = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap((a) => (a.family === 'IPv4' && a.cidr ? [parseSubnet(a.cidr)] : [])),
  );
  const routes = readOr('/proc/net/route', '')
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([, destination, , , , , , mask]) => routeOf(destination, mask));
  return [...own, ...routes].filter((subnet) => subnet !== undefined);
}

/** The kernel prints addresses as hex in the machine's byte order; the default route (mask 0) covers everything. */
function routeOf(destination: string | undefined, mask: string | undefined): Subnet | undefined {
  const [first, bits] = [destination, mask].map((hex) => Buffer.from(hex ?? '', 'hex'));
  if (first?.length !== 4 || bits?.length !== 4 || bits.readUInt32LE() === 0) return undefined;
  return { first: first.readUInt32LE(), last: first.readUInt32LE() + (0xffffffff - bits.readUInt32LE()) };
}

function hostId(): string {
  return readOr('/etc/machine-id', '').trim() || hostname();
}

/** Changes with every start of the machine; elsewhere than on Linux a process number is all there is. */
function bootId(): string {
  return readOr('/proc/sys/kernel/random/boot_id', 'unknown').trim();
}

/** `/proc/PID/stat`: the name may hold anything, so fields count from the last ")". State is field 3, start time 22. */
function processStat(pid: number): ProcessFacts['process'] {
  if (process.platform !== 'linux') return signalable(pid) ? { startTicks: null, state: 'R' } : undefined;
  const text = readOr(`/proc/${pid}/stat`, '');
  if (text === '') return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTicks: Number(fields[19]) };
}

function signalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function commandName(): string {
  return basename(process.argv[1] ?? process.title);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown'); // a user without an entry, as in many containers
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
