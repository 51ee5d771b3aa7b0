import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';

/** Self-signed, for the name localhost and no address; good for a hundred years. */
export const CERTIFICATE = fileURLToPath(new URL('localhost.cert.pem', import.meta.url));

const identity = {
  cert: readFileSync(CERTIFICATE),
  key: readFileSync(new URL('localhost.key.pem', import.meta.url)),
};

/** A listening server; disposing it also ends the connections that it has. */
export class Listening implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    this.#server = server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket.on('close', () => this.#sockets.delete(socket)));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }
}

/** Says its name to everybody who connects. */
export function tcpServer(name: string, where: { readonly path?: string } = {}): Promise<Listening> {
  return listen(
    net.createServer((socket) => socket.on('error', () => {}).end(name)),
    where,
  );
}

/** Says its name and the server name that the client has asked for. */
export function tlsServer(name: string): Promise<Listening> {
  return listen(
    tls.createServer(identity, (socket) =>
      socket.on('error', () => {}).end(`${name} as ${socket.servername || 'nobody'}`),
    ),
  );
}

export function httpServer(name: string): Promise<Listening> {
  return listen(http.createServer(answer(name)));
}

export function httpsServer(name: string): Promise<Listening> {
  return listen(https.createServer(identity, answer(name)));
}

/** "leased: localhost:5432, connection 1" */
function answer(name: string): (request: IncomingMessage, response: ServerResponse) => void {
  const connections: Socket[] = [];
  return ({ headers, socket }, response) => {
    if (!connections.includes(socket)) connections.push(socket);
    const { servername } = socket as Partial<TLSSocket>;
    const as = servername ? ` as ${servername}` : '';
    response.end(`${name}${as}: ${headers.host}, connection ${connections.indexOf(socket) + 1}`);
  };
}

async function listen(server: Server, where: { readonly path?: string } = {}): Promise<Listening> {
  const listening = new Listening(server);
  server.listen(where.path === undefined ? { host: '127.0.0.1', port: 0 } : where);
  await once(server, 'listening');
  return listening;
}
