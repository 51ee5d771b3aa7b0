import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ProbeTarget } from '../../../src/manager/probes/probe.js';

export type Bytes = Uint8Array | string;

/**
 * A server on a free port of this machine that behaves as a test says. Disposing it waits until the other side has
 * closed every connection: a probe that keeps one runs into the test's time limit.
 */
export class ScriptedServer implements AsyncDisposable {
  /** Everything that was received, one entry a chunk. */
  readonly requests: Buffer[] = [];
  readonly #server: Server;
  readonly #closed: Promise<unknown>[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      socket.setNoDelay(true);
      // A client that hangs up hard is as good as one that says goodbye.
      socket.on('error', () => {});
      socket.on('data', (chunk) => this.requests.push(chunk));
      this.#closed.push(new Promise((resolve) => socket.on('close', resolve)));
    });
  }

  static async start(behave: (socket: Socket) => void): Promise<ScriptedServer> {
    const server = createServer();
    const scripted = new ScriptedServer(server);
    server.on('connection', behave);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return scripted;
  }

  target(more: Partial<ProbeTarget> = {}): ProbeTarget {
    const { port } = this.#server.address() as AddressInfo;
    return { host: '127.0.0.1', port, env: {}, signal: new AbortController().signal, ...more };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await Promise.all(this.#closed);
  }
}

/** Speaks first. */
export function greets(greeting: Bytes): (socket: Socket) => void {
  return (socket) => socket.write(greeting);
}

/** Answers the first thing that it is asked with the first reply, and so on; `null` hangs up. */
export function answers(...replies: (Bytes | null)[]): (socket: Socket) => void {
  return (socket) => {
    const left = [...replies];
    socket.on('data', () => {
      const reply = left.shift();
      if (reply === null) socket.end();
      else if (reply !== undefined) socket.write(reply);
    });
  };
}

/** As the behaviour given, but every byte comes in a packet of its own. */
export function inSingleBytes(behave: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    const write = socket.write.bind(socket);
    let last: Promise<unknown> = Promise.resolve();
    socket.write = (bytes: Bytes) => {
      for (const byte of Buffer.from(bytes as string)) {
        // The next only when this one has left the machine's buffers.
        last = last.then(() => new Promise((sent) => write(Buffer.from([byte]), sent)));
      }
      return true;
    };
    behave(socket);
  };
}

/** Accepts and closes, as Docker's proxy does where nothing listens behind it. */
export function hangsUp(socket: Socket): void {
  socket.destroy();
}

export function saysNothing(): void {}

/** Integers big-endian of so many bytes, the way network protocols write them. */
export function int(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
}
