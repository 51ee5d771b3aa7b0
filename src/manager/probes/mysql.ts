import { converse } from './conversation.js';
import type { ProbeTarget } from './probe.js';

/** The server is going down: no client will get through. */
const SHUTDOWN_IN_PROGRESS = 1053;

/**
 * The server speaks first: its greeting (protocol 10) comes when it takes clients, and so does an error such as "host
 * not allowed" or "too many connections". The server that runs the init scripts listens on no port. The greeting is
 * not answered: that counts as one failed connection of the 100 in a row after which MySQL blocks a host, and a
 * successful attempt is the last one.
 */
export function mysql(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'MySQL', async (peer) => {
    const head = await peer.take(4);
    const body = await peer.take(head.readUIntLE(0, 3));
    if (head[3] !== 0) throw new Error(`packet ${head[3]}`);
    if (body[0] === 10) return undefined;
    if (body[0] !== 0xff) throw new Error(`protocol ${body[0]}`);
    return body.readUInt16LE(1) === SHUTDOWN_IN_PROGRESS ? body.subarray(3).toString() : undefined;
  });
}
