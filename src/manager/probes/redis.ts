import { redisPassword } from '../../domain/image-family.js';
import { converse, type Peer } from './conversation.js';
import type { ProbeTarget } from './probe.js';

/**
 * PING. A server that wants a password says so before it says that it is loading its data, so it is asked again with
 * the password where the compose file tells it. A node of a cluster is ready as such: what joins the nodes to a
 * cluster needs them ready first.
 */
export function redis(target: ProbeTarget): Promise<string | undefined> {
  return converse(target, 'Redis', async (peer) => {
    const answer = await ping(peer);
    const { env, command: options } = target;
    const password = redisPassword(env, options) || env.REDIS_PASSWORD || env.VALKEY_PASSWORD || '';
    if (!answer.startsWith('-NOAUTH') || password === '') return verdict(answer);
    peer.send(command('AUTH', password));
    // A wrong password is the business of who uses it: the server is there.
    return (await peer.line()).startsWith('+OK') ? verdict(await ping(peer)) : undefined;
  });
}

async function ping(peer: Peer): Promise<string> {
  peer.send(command('PING'));
  return await peer.line();
}

function verdict(answer: string): string | undefined {
  if (answer === '+PONG' || /^-(NOAUTH|NOPERM)\b/.test(answer)) return undefined;
  // "-LOADING Redis is loading the dataset in memory"; the one about protected mode is an essay
  if (/^-[A-Z]+ /.test(answer)) return answer.slice(1).split('. ')[0];
  throw new Error(answer);
}

function command(...words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
