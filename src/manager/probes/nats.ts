import { converse } from './conversation.js';
import type { ProbeTarget } from './probe.js';

/** The server speaks first: "INFO {…}". */
export function nats(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'NATS', async (peer) => {
    const line = await peer.line();
    if (/^INFO \{/.test(line)) return undefined;
    throw new Error(line);
  });
}
