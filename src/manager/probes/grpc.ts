import { converse } from './conversation.js';
import type { ProbeTarget } from './probe.js';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const SETTINGS = 4;
const EMPTY_SETTINGS = Buffer.from([0, 0, 0, SETTINGS, 0, 0, 0, 0, 0]);

/** The start of HTTP/2, answered by the server's settings; such servers open their port when they can serve. */
export function grpc(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'HTTP/2', async (peer) => {
    peer.send(Buffer.concat([PREFACE, EMPTY_SETTINGS]));
    const head = await peer.take(9);
    if (head[3] === SETTINGS && head.readUInt32BE(5) === 0) return undefined;
    throw new Error(head.toString('hex'));
  });
}
