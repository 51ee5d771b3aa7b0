import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { dialogue, inWords, isSystemError, type Peer } from './conversation.js';
import { attempt, type Probe, type ProbeTarget } from './probe.js';

/** What a GET has to bring. */
export interface HttpCheck {
  readonly path: string;
  /** Statuses of a ready server; without them any below 500 will do: a 404 or a 401 is the answer of one that works. */
  readonly statuses?: readonly number[] | 'any';
  /** What a 200 has to say. */
  readonly body?: RegExp;
}

/**
 * A GET, over TLS where the server does not speak plain HTTP. A redirect is an answer: it may lead anywhere.
 *
 * Written out, because `fetch` of Node 20 misses it when the other side hangs up in its first call, and hangs; it also
 * refuses some ports (10080), and certificates that nobody has signed, which test servers have.
 */
export function http(check: HttpCheck | ((env: ProbeTarget['env']) => HttpCheck)): Probe {
  return (target) => {
    const { host, port } = target;
    const wanted = typeof check === 'function' ? check(target.env) : check;
    const talk = (peer: Peer) => get(peer, wanted, target);
    return attempt(
      target,
      async (signal) => {
        try {
          return await dialogue(connect({ host, port }), 'connect', signal, talk);
        } catch (cause) {
          // A server that wants TLS hangs up on plain HTTP, or answers with an alert of TLS.
          if (isSystemError(cause)) throw cause;
          const socket = connectTls({ host, port, rejectUnauthorized: false });
          return await dialogue(socket, 'secureConnect', signal, talk).catch(() => Promise.reject(cause));
        }
      },
      (cause) => inWords(cause, 'HTTP'),
    );
  };
}

async function get(peer: Peer, check: HttpCheck, { host, port }: ProbeTarget): Promise<string | undefined> {
  const name = host.includes(':') ? `[${host}]` : host;
  peer.send(
    `GET ${check.path} HTTP/1.1\r\nHost: ${name}:${port}\r\nUser-Agent: docker-manual\r\nConnection: close\r\n\r\n`,
  );
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(await peer.line())?.[1]);
  if (Number.isNaN(status)) throw new Error('no status line');
  if (!accepts(check, status)) return `answers GET ${check.path} with ${status}`;
  if (status !== 200 || !check.body || (await peer.says(check.body))) return undefined;
  return `answers GET ${check.path}, but not yet as it does when ready`;
}

function accepts({ statuses }: HttpCheck, status: number): boolean {
  if (statuses === undefined) return status < 500;
  return statuses === 'any' || statuses.includes(status);
}
