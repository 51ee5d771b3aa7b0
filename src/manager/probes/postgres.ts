import { postgresLogin } from '../../domain/image-family.js';
import { converse } from './conversation.js';
import type { ProbeTarget } from './probe.js';

/**
 * A startup packet, answered by a request to log in or by an error: both prove that the server takes clients, except
 * an error of class 57P (starting up, shutting down, in recovery). Unlike `pg_isready` on the socket it is not fooled
 * by the server that runs the init scripts, which listens on no port.
 */
export function postgres(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'PostgreSQL', async (peer) => {
    peer.send(startup(target.env));
    const head = await peer.take(5);
    const body = await peer.take(head.readInt32BE(1) - 4);
    const type = String.fromCharCode(head.readUInt8(0));
    if (type === 'R') return undefined;
    if (type !== 'E') throw new Error(`message ${type}`);
    const fields = errorFields(body);
    const code = fields.get('C') ?? '';
    if (code === '') throw new Error('an error without a code');
    return code.startsWith('57P') ? (fields.get('M') ?? code) : undefined;
  });
}

function startup(env: ProbeTarget['env']): Buffer {
  const { user, database } = postgresLogin(env);
  const version = Buffer.from([0, 3, 0, 0]);
  const body = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + version.length + body.length);
  return Buffer.concat([length, version, body]);
}

/** ErrorResponse: a letter and a text each, ended by a zero. */
function errorFields(body: Buffer): Map<string, string> {
  const parts = body
    .toString()
    .split('\0')
    .filter((part) => part !== '');
  return new Map(parts.map((part) => [part.charAt(0), part.slice(1)]));
}
