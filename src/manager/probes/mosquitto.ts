import { converse } from './conversation.js';
import type { ProbeTarget } from './probe.js';

/** CONNECT of MQTT 3.1.1: clean session, 10 s keep-alive, no client id. */
const CONNECT = Buffer.from([0x10, 12, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 10, 0, 0]);
const DISCONNECT = Buffer.from([0xe0, 0]);
const SERVER_UNAVAILABLE = 3;

/** CONNECT, answered by CONNACK; a broker that wants a login, or a client id, is there as well. */
export function mosquitto(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'MQTT', async (peer) => {
    peer.send(CONNECT);
    const answer = await peer.take(4);
    if (answer.readUInt16BE(0) !== 0x2002) throw new Error(answer.toString('hex'));
    if (answer[3] === SERVER_UNAVAILABLE) return 'the broker is not available yet';
    peer.send(DISCONNECT);
    return undefined;
  });
}
