import { converse, HungUp } from './conversation.js';
import type { ProbeTarget } from './probe.js';

/** Milliseconds. Docker's proxy accepts at once, and hangs up 5 ms later where nothing listens in the container. */
const STAYS_OPEN = 250;

/** Any server: the connection stays open, or bytes come. Being accepted proves nothing, see {@link STAYS_OPEN}. */
export function tcp(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'TCP', async (peer) => {
    if (await peer.stays(STAYS_OPEN)) return undefined;
    throw new HungUp();
  });
}
