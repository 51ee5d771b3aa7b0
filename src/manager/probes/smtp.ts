import { converse } from './conversation.js';
import type { ProbeTarget } from './probe.js';

/** The server speaks first: 220 when it takes mail, 4xx when it does not yet. */
export function smtp(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'SMTP', async (peer) => {
    const line = await peer.line();
    if (!/^\d{3}[ -]/.test(line)) throw new Error(line);
    if (!line.startsWith('220')) return line;
    peer.send('QUIT\r\n');
    return undefined;
  });
}
