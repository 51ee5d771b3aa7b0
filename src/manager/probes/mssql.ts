import { mssqlPassword } from '../../domain/image-family.js';
import { converse, type Peer } from './conversation.js';
import type { ProbeTarget } from './probe.js';
import { login7, loginAnswer, prelogin, requiresEncryption } from './tds.js';

const RESPONSE = 0x04;

/**
 * Logs in as "sa" where the compose file has its password: the server listens before its own databases have recovered
 * and before the entry point has set that password. Where encryption is required its answer to that is all there is.
 */
export function mssql(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'TDS', async (peer) => {
    peer.send(prelogin());
    const encrypted = requiresEncryption(await response(peer));
    const password = mssqlPassword(target.env);
    if (encrypted || password === '') return undefined;
    peer.send(login7('sa', password));
    return loginAnswer(await response(peer));
  });
}

async function response(peer: Peer): Promise<Buffer> {
  const head = await peer.take(8);
  if (head[0] !== RESPONSE) throw new Error(`packet ${head[0]}`);
  return await peer.take(head.readUInt16BE(2) - head.length);
}
