import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { maskCommandLine } from '../domain/secrets.js';

/** What the kernel's socket tables call a listening socket. Any other open one holds its port just as well. */
const LISTENING = '0A';
/** Enough to know a program by. Characters. */
const COMMAND_SHOWN = 120;

/** A process that holds a port; `pid` is undefined where it is another user's and this one may not look. */
export interface PortUser {
  readonly pid: number | undefined;
  /** Its command line without secrets; "" where it is not known. */
  readonly command: string;
  readonly uid: number;
}

/** Who has this port on this machine: only Linux tells. Undefined where nobody is seen. */
export function portUser(port: number, protocol: string): PortUser | undefined {
  const sockets = [protocol, `${protocol}6`].flatMap((table) => socketsAt(table, port));
  const socket = sockets.find((s) => s.state === LISTENING) ?? sockets[0];
  if (!socket) return undefined;
  const pid = processWith(socket.inode);
  return { pid, command: pid === undefined ? '' : commandLine(pid), uid: socket.uid };
}

/** The command that tells it to a person, on the platform's own terms. */
export function portUserCommand(port: number, platform: NodeJS.Platform): string {
  if (platform === 'linux') return `sudo ss -lptn 'sport = :${port}'`;
  return platform === 'win32' ? `netstat -ano | findstr :${port}` : `sudo lsof -nP -iTCP:${port}`;
}

interface Socket {
  readonly state: string;
  readonly uid: number;
  readonly inode: string;
}

/** Lines of /proc/net/tcp: number, local address:port in hex, remote one, state, …, user in field 7, inode in field 9. */
function socketsAt(table: string, port: number): Socket[] {
  const lines = readOr(`/proc/net/${table}`).split('\n').slice(1);
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, hex] = (fields[1] ?? '').split(':');
    const inode = fields[9] ?? '0';
    // A connection that is ending (TIME_WAIT) belongs to nobody any more and stops nobody.
    if (hex === undefined || Number.parseInt(hex, 16) !== port || inode === '0') return [];
    return [{ state: fields[3] ?? '', uid: Number(fields[7]), inode }];
  });
}

function processWith(inode: string): number | undefined {
  const link = `socket:[${inode}]`;
  const pids = entries('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => entries(`/proc/${pid}/fd`).some((fd) => target(`/proc/${pid}/fd/${fd}`) === link));
  return found === undefined ? undefined : Number(found);
}

function commandLine(pid: number): string {
  const text = maskCommandLine(readOr(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim());
  return text.length > COMMAND_SHOWN ? `${text.slice(0, COMMAND_SHOWN)}…` : text;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // another user's, or ended meanwhile
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
