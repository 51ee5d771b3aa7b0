import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { attempt, type ProbeTarget } from './probe.js';

/** No protocol here needs more to know whether a server is ready; whoever sends more speaks another one. */
const LONGEST_ANSWER = 64 * 1024;

/** What a server's silence or its answer means, in words for the user. */
export class NotReady extends Error {}

/** Docker's proxy accepts and hangs up where nothing listens behind it; a server may do it for reasons of its own. */
export class HungUp extends NotReady {
  constructor() {
    super('closes the connection without an answer');
  }
}

/**
 * Connects, lets `talk` ask and answer, and always destroys the socket.
 *
 * @param protocol what the answer is expected to be, for the words of a foreign one: "PostgreSQL"
 * @returns what `talk` returns, or why it could not finish; it never throws
 */
export function converse(target: ProbeTarget, protocol: string, talk: Talk): Promise<string | undefined> {
  return attempt(
    target,
    (signal) => dialogue(connect({ host: target.host, port: target.port }), 'connect', signal, talk),
    (cause) => inWords(cause, protocol),
  );
}

type Talk = (peer: Peer) => Promise<string | undefined>;

/**
 * The conversation on a socket that is about to connect, which it does with the event `connected`.
 *
 * @throws NotReady, an error of the connection, or whatever `talk` throws
 */
export async function dialogue(
  socket: Socket,
  connected: 'connect' | 'secureConnect',
  signal: AbortSignal,
  talk: Talk,
): Promise<string | undefined> {
  const stop = () => socket.destroy(new Error('aborted'));
  signal.addEventListener('abort', stop);
  try {
    const peer = new Peer(socket);
    signal.throwIfAborted();
    await once(socket, connected);
    return await talk(peer);
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

/** What an error of a dialogue means. */
export function inWords(cause: unknown, protocol: string): string {
  if (cause instanceof NotReady) return cause.message;
  if (!isSystemError(cause)) return `answers with something that is not ${protocol}`;
  if (cause.code === 'ECONNREFUSED') return 'nothing listens on its port yet';
  return isHangUp(cause) ? new HungUp().message : `cannot be reached (${cause.code ?? cause.message})`;
}

/** Of the network, not one of Node's own (ERR_…), which reading past the end of an answer gives. */
export function isSystemError(cause: unknown): cause is NodeJS.ErrnoException {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' && !code.startsWith('ERR_');
}

function isHangUp(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

/** The other end of one connection: bytes as they are asked for, however the network cuts them. */
export class Peer {
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #failure: NodeJS.ErrnoException | undefined;
  #wake: () => void = () => {};
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('error', (error) => {
      this.#failure = error;
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

  /** Exactly so many bytes. @throws HungUp when the connection ends before */
  async take(count: number): Promise<Buffer> {
    if (count < 0 || count > LONGEST_ANSWER) throw new RangeError(`a part of ${count} bytes`);
    while (this.#received.length < count) await this.#more();
    return this.#cut(count);
  }

  /** Up to the next line feed, without it and a carriage return before it. @throws HungUp as `take` */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#received.indexOf('\n');
      if (end >= 0)
        return this.#cut(end + 1)
          .toString('utf8', 0, end)
          .trimEnd();
      if (this.#received.length > LONGEST_ANSWER) throw new RangeError('a line without an end');
      await this.#more();
    }
  }

  /** All that comes until the other side closes. @throws HungUp when nothing came */
  async rest(): Promise<Buffer> {
    while (!this.#ended && this.#received.length <= LONGEST_ANSWER) await this.#changed();
    if (this.#received.length === 0) throw new HungUp();
    return this.#cut(this.#received.length);
  }

  /** True as soon as it has said that; false when it closes, or goes on and on, without. */
  async says(what: RegExp): Promise<boolean> {
    for (;;) {
      if (what.test(this.#received.toString())) return true;
      if (this.#ended || this.#received.length > LONGEST_ANSWER) return false;
      await this.#changed();
    }
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
    if (this.#ended) throw this.#whyEnded();
    await this.#changed();
  }

  #whyEnded(): Error {
    if (this.#received.length > 0) return new Error('half an answer');
    return this.#failure && !isHangUp(this.#failure) ? this.#failure : new HungUp();
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
