import { converse } from './conversation.js';
import type { ProbeTarget } from './probe.js';

/** `version`; a server that wants a login says so. */
export function memcached(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'memcached', async (peer) => {
    peer.send('version\r\n');
    const line = await peer.line();
    if (/^(VERSION |CLIENT_ERROR unauthenticated)/.test(line)) return undefined;
    throw new Error(line);
  });
}
