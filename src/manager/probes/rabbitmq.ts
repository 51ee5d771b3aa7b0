import { converse } from './conversation.js';
import type { ProbeTarget } from './probe.js';

const METHOD_FRAME = 1;
/** Class 10, method 10. */
const CONNECTION_START = 0x000a000a;

/** The header of AMQP 0-9-1, answered by Connection.Start: the port opens when the broker's boot is over. */
export function rabbitmq(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'AMQP', async (peer) => {
    peer.send(Buffer.from([...Buffer.from('AMQP'), 0, 0, 9, 1]));
    const head = await peer.take(11);
    if (head[0] === METHOD_FRAME && head.readUInt32BE(7) === CONNECTION_START) return undefined;
    throw new Error(head.toString('hex'));
  });
}
