import { type BsonValue, decodeDocument, encodeDocument } from './bson.js';
import { converse, type Peer } from './conversation.js';
import type { ProbeTarget } from './probe.js';

const OP_MSG = 2013;
const COMMAND_NOT_FOUND = 59;

/**
 * `hello`. A single server is ready when it answers; a member of a replica set when it is its primary, or a secondary
 * of one: before that the set has not been initiated or holds its election, and takes no writes.
 */
export function mongo(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'MongoDB', async (peer) => {
    let answer = await run(peer, 'hello');
    // Before 4.4.2
    if (answer.get('code') === COMMAND_NOT_FOUND) answer = await run(peer, 'isMaster');
    if (answer.get('ok') !== 1) return String(answer.get('errmsg') ?? 'refuses to say how it is');
    if (answer.get('isWritablePrimary') === true || answer.get('ismaster') === true) return undefined;
    if (answer.get('secondary') === true || answer.get('arbiterOnly') === true) return undefined;
    if (answer.get('isreplicaset') === true) return 'the replica set has not been initiated';
    return 'the replica set has no primary yet';
  });
}

async function run(peer: Peer, command: string): Promise<Map<string, BsonValue>> {
  const body = encodeDocument({ [command]: 1, $db: 'admin' });
  const head = Buffer.alloc(21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(OP_MSG, 12);
  peer.send(Buffer.concat([head, body]));
  const answer = await peer.take(16);
  if (answer.readInt32LE(12) !== OP_MSG) throw new Error(`operation ${answer.readInt32LE(12)}`);
  const message = await peer.take(answer.readInt32LE(0) - 16);
  // 4 bytes of flags and the kind of the only section
  return decodeDocument(message.subarray(5));
}
