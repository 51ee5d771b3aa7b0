import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Binding } from '../domain/lease.js';

/**
 * The ports of services that are stopped for a moment. Somebody listens on each until it is released, so that it goes to
 * nobody else: neither to another state folder nor to a program that looks for any free port.
 */
export class HeldPorts implements AsyncDisposable {
  #sockets: readonly (() => Promise<unknown>)[];

  /** `sockets`: closes each. */
  private constructor(sockets: readonly (() => Promise<unknown>)[]) {
    this.#sockets = sockets;
  }

  /** One that somebody has already stays theirs: the start says who that is. */
  static async hold(bindings: readonly Binding[]): Promise<HeldPorts> {
    const ports = bindings.flatMap(({ port, count, protocol }) =>
      Array.from({ length: count }, (_, i) => ({ port: port + i, protocol })),
    );
    const held = await Promise.allSettled(
      ports.map(({ port, protocol }) => (protocol === 'udp' ? holdUdp(port) : holdTcp(port))),
    );
    return new HeldPorts(held.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
  }

  /** For the services themselves. */
  async release(): Promise<void> {
    const sockets = this.#sockets;
    this.#sockets = [];
    await Promise.all(sockets.map((close) => close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

async function holdTcp(port: number): Promise<() => Promise<unknown>> {
  const server = createServer((socket) => socket.destroy()).unref();
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return () => once(server.close(), 'close');
}

async function holdUdp(port: number): Promise<() => Promise<unknown>> {
  const socket = createSocket('udp4').unref();
  try {
    const listening = once(socket, 'listening');
    socket.bind(port, '127.0.0.1');
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  return () => once(socket.close(), 'close');
}
