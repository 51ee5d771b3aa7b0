import { converse, HUNG_UP } from './conversation.js';
import type { ProbeTarget } from './probe.js';

/** Measured: Docker's proxy accepts at once and hangs up 5 ms later where nothing listens in the container. */
const STAYS_OPEN = 250;

/** Any server: the connection stays open, or bytes come. Being accepted proves nothing, see {@link STAYS_OPEN}. */
export function tcp(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'TCP', async (peer) => ((await peer.stays(STAYS_OPEN)) ? undefined : HUNG_UP));
}
