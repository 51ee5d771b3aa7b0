import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces, userInfo } from 'node:os';
import { basename } from 'node:path';
import {
  judgeProcess,
  type OwnerContainer,
  type ProcessFacts,
  type ProcessIdentity,
  type ProcessLife,
  type ProcessOwner,
  type SessionOwner,
} from '../domain/owner.js';
import type { PortRange } from '../domain/ports.js';
import { parseSubnet, type Subnet } from '../domain/subnet.js';

/** What only this machine can say: who we are, which processes live, which ports the kernel hands out. */

export function thisProcess(command: string = commandName()): ProcessOwner {
  return { kind: 'process', ...identityOf(process.pid), command };
}

/** `env` tells of a CI job. */
export function thisSession(command: string, env: NodeJS.ProcessEnv): SessionOwner {
  return { kind: 'session', host: place().host, user: userName(), command, job: jobProcess(env) };
}

/** Of a process that this one can see. */
export function identityOf(pid: number): ProcessIdentity {
  return { ...place(), pid, startTicks: processStat(pid)?.startTicks ?? null };
}

/** `container` is what the engine says of the identity's container, where it was asked. */
export function lifeOf(identity: ProcessIdentity, container?: OwnerContainer): ProcessLife {
  const { host, boot, namespace } = place();
  const facts: ProcessFacts = { host, boot, namespace, process: processStat(identity.pid), container };
  return judgeProcess(identity, facts);
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

type Place = Pick<ProcessIdentity, 'host' | 'boot' | 'namespace' | 'container'>;

let known: Place | undefined;

/** Where this process runs; none of it changes while it lives. */
function place(): Place {
  known ??= {
    host: readOr('/etc/machine-id', '').trim() || hostname(),
    // Elsewhere than on Linux a process number is all there is.
    boot: readOr('/proc/sys/kernel/random/boot_id', 'unknown').trim(),
    namespace: pidNamespace(),
    // The engine binds its own files of a container into it: /var/lib/docker/containers/<id>/hostname and the like.
    container: /\/containers\/([0-9a-f]{64})\//.exec(readOr('/proc/self/mountinfo', ''))?.[1] ?? null,
  };
  return known;
}

function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

/**
 * The process that carries out the CI job this one belongs to: GitHub's runner has one for each job and ends with it.
 * Null elsewhere, also under CI systems whose jobs have no process that could be told for sure.
 */
function jobProcess(env: NodeJS.ProcessEnv): ProcessIdentity | null {
  if (env.GITHUB_ACTIONS !== 'true') return null;
  for (let pid = process.ppid; pid > 1; ) {
    const stat = processStat(pid);
    if (!stat) return null;
    if (stat.name === 'Runner.Worker') return identityOf(pid);
    pid = stat.parent;
  }
  return null;
}

interface ProcessStat {
  /** The kernel's, cut off after 15 bytes. */
  readonly name: string;
  readonly state: string;
  readonly parent: number;
  readonly startTicks: number | null;
}

/** `/proc/PID/stat`: the name may hold anything, so fields count from the last ")". State is field 3, start time 22. */
function processStat(pid: number): ProcessStat | undefined {
  if (process.platform !== 'linux') {
    return signalable(pid) ? { name: '', state: 'R', parent: 0, startTicks: null } : undefined;
  }
  const text = readOr(`/proc/${pid}/stat`, '');
  if (text === '') return undefined;
  const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { name, state: fields[0] ?? '', parent: Number(fields[1]), startTicks: Number(fields[19]) };
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
  const script = process.argv[1] ?? process.title;
  return /surfaces[\\/]cli[\\/]main\.js$/.test(script) ? 'docker-manual' : basename(script);
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
