import { converse } from './conversation.js';
import type { ProbeTarget } from './probe.js';

/** OPTIONS of version 4, which Cassandra 2.2 to 5 and Scylla speak. */
const OPTIONS = Buffer.from([0x04, 0, 0, 0, 0x05, 0, 0, 0, 0]);
const SUPPORTED = 0x06;
const ERROR = 0x00;

/** The port of the native protocol opens when the node has joined; an error about the version is an answer too. */
export function cassandra(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'CQL', async (peer) => {
    peer.send(OPTIONS);
    const head = await peer.take(9);
    const isResponse = [0x83, 0x84, 0x85].includes(head.readUInt8(0)) && head.readInt16BE(2) === 0;
    if (isResponse && (head[4] === SUPPORTED || head[4] === ERROR)) return undefined;
    throw new Error(head.toString('hex'));
  });
}
