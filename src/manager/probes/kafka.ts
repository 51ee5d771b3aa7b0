import { converse, HungUp, NotReady, type Peer } from './conversation.js';
import type { ProbeTarget } from './probe.js';

const METADATA = 3;
const API_VERSIONS = 18;

/** The newest version before the format with variable lengths; Kafka 4 still takes it. */
const NEWEST_METADATA = 8;

/**
 * ApiVersions, then Metadata, which must name a broker: the port is open before the broker has joined its cluster. A
 * listener that wants a login answers the first and hangs up at the second.
 */
export function kafka(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'Kafka', async (peer) => {
    const version = await metadataVersion(peer);
    if (version === undefined) return undefined;
    try {
      return (await brokers(peer, version)) > 0 ? undefined : 'no broker has joined the cluster yet';
    } catch (error) {
      if (error instanceof HungUp) return undefined;
      throw error;
    }
  });
}

/** Undefined when the server has none that is spoken here. */
async function metadataVersion(peer: Peer): Promise<number | undefined> {
  const answer = await request(peer, API_VERSIONS, 0, Buffer.alloc(0));
  const error = answer.readInt16BE(0);
  if (error !== 0) throw new NotReady(`refuses to say what it speaks (error ${error})`);
  const count = answer.readInt32BE(2);
  for (let at = 6; at < 6 + count * 6; at += 6) {
    if (answer.readInt16BE(at) !== METADATA) continue;
    const [oldest, newest] = [answer.readInt16BE(at + 2), answer.readInt16BE(at + 4)];
    return oldest > NEWEST_METADATA ? undefined : Math.min(NEWEST_METADATA, newest);
  }
  throw new Error('no Metadata');
}

/** How many brokers the cluster has. */
async function brokers(peer: Peer, version: number): Promise<number> {
  const noTopics = Buffer.alloc(4);
  // From 4 on: create no topics; in 8: no rights of the cluster, none of topics
  const flags = Buffer.alloc(version >= 8 ? 3 : version >= 4 ? 1 : 0);
  const answer = await request(peer, METADATA, version, Buffer.concat([noTopics, flags]));
  const throttleTime = version >= 3 ? 4 : 0;
  return answer.readInt32BE(throttleTime);
}

/** The body of the answer, without its correlation id. */
async function request(peer: Peer, key: number, version: number, body: Buffer): Promise<Buffer> {
  const client = Buffer.from('docker-manual');
  const head = Buffer.alloc(14);
  head.writeInt32BE(10 + client.length + body.length, 0);
  head.writeInt16BE(key, 4);
  head.writeInt16BE(version, 6);
  head.writeInt32BE(key, 8);
  head.writeInt16BE(client.length, 12);
  peer.send(Buffer.concat([head, client, body]));
  const size = (await peer.take(4)).readInt32BE(0);
  const answer = await peer.take(size);
  if (answer.readInt32BE(0) !== key) throw new Error('an answer to something else');
  return answer.subarray(4);
}
