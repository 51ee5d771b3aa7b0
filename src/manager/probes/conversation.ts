import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ATTEMPT_LIMIT, type ProbeTarget } from './probe.js';

/** No protocol here needs more to know whether a server is ready; whoever sends more speaks another one. */
const LONGEST_ANSWER = 64 * 1024;

/** What a server's silence or its answer means, in words for the user. */
export class NotReady extends Error {}

/**
 * Connects, lets `talk` ask and answer, and always destroys the socket.
 *
 * @param protocol what the answer is expected to be, for the words of a foreign one: "PostgreSQL"
 * @returns what `talk` returns, or why it could not finish; it never throws
 */
export async function converse(
  target: ProbeTarget,
  protocol: string,
  talk: (peer: Peer) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (target.signal.aborted) return 'was not asked any more';
  const limit = AbortSignal.timeout(ATTEMPT_LIMIT);
  const signal = AbortSignal.any([target.signal, limit]);
  const socket = connect({ host: target.host, port: target.port, signal, noDelay: true });
  const peer = new Peer(socket);
  try {
    await once(socket, 'connect');
    return await talk(peer);
  } catch (cause) {
    if (target.signal.aborted) return 'was not asked any more';
    if (limit.aborted) return `did not answer within ${ATTEMPT_LIMIT / 1000} s`;
    if (cause instanceof NotReady) return cause.message;
    const error = peer.failure ?? (socket.connecting ? (cause as NodeJS.ErrnoException) : undefined);
    return error ? connectionText(error) : `answers with something that is not ${protocol}`;
  } finally {
    socket.destroy();
  }
}

/** A connection that did not work, in words. Docker's proxy accepts and hangs up where nothing listens behind it. */
export function connectionText(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'nothing listens on its port yet';
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return HUNG_UP;
  return `cannot be reached (${error.code ?? error.message})`;
}

export const HUNG_UP = 'closes the connection without an answer';

/** The other end of one connection: bytes as they are asked for, however the network cuts them. */
export class Peer {
  /** The connection's error, once there was one. */
  failure: NodeJS.ErrnoException | undefined;
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('error', (error) => {
      this.failure = error;
    });
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  send(bytes: Uint8Array | string): void {
    this.#socket.write(bytes);
  }

  /** Exactly so many bytes. @throws NotReady when the connection ends before */
  async take(count: number): Promise<Buffer> {
    if (count < 0 || count > LONGEST_ANSWER) throw new RangeError(`a part of ${count} bytes`);
    while (this.#received.length < count) await this.#more();
    return this.#cut(count);
  }

  /** Up to the next line feed, without it and a carriage return before it. @throws NotReady as `take` */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#received.indexOf('\n');
      if (end >= 0)
        return this.#cut(end + 1)
          .toString()
          .trimEnd();
      if (this.#received.length > LONGEST_ANSWER) throw new RangeError('a line without an end');
      await this.#more();
    }
  }

  /** All that comes until the other side closes. @throws NotReady when nothing came */
  async rest(): Promise<Buffer> {
    while (!this.#ended && this.#received.length <= LONGEST_ANSWER) await this.#changed();
    if (this.#received.length === 0) throw new NotReady(HUNG_UP);
    return this.#cut(this.#received.length);
  }

  /** True when it answers, or is still connected after so many milliseconds; false when it hangs up before. */
  async stays(milliseconds: number): Promise<boolean> {
    const timer = setTimeout(() => this.#wake(), milliseconds);
    if (this.#received.length === 0 && !this.#ended) await this.#changed();
    clearTimeout(timer);
    return this.#received.length > 0 || !this.#ended;
  }

  #cut(count: number): Buffer {
    const part = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return part;
  }

  async #more(): Promise<void> {
    if (this.#ended) throw this.failure ?? new NotReady(HUNG_UP);
    await this.#changed();
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
