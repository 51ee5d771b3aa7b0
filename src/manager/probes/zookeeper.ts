import { converse } from './conversation.js';
import type { ProbeTarget } from './probe.js';

/** `srvr`, the one of the four-letter words that is allowed by default; a server without a quorum says so. */
export function zookeeper(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'ZooKeeper', async (peer) => {
    peer.send('srvr');
    const answer = (await peer.rest()).toString();
    if (/^Mode: /m.test(answer) || /is not in the whitelist/.test(answer)) return undefined;
    if (/not currently serving requests/.test(answer)) return answer.trim();
    throw new Error(answer);
  });
}
