import { createConnection, createServer } from 'node:net';

/**
 * A Unix socket in front of the engine's, that can stop forwarding: `freeze` as an engine that hangs (connections stay
 * open, nothing comes), `cut` as one that has died (connections end, new ones are refused).
 */
export class EngineProxy {
  #server;
  #pairs = new Set();
  #frozen = false;
  #path;
  #engine;

  constructor(path, engine) {
    this.#path = path;
    this.#engine = engine;
  }

  get url() {
    return `unix://${this.#path}`;
  }

  async open() {
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => this.#connect(client));
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#path, resolve);
    });
    return this;
  }

  freeze() {
    this.#frozen = true;
    for (const { client, upstream } of this.#pairs) {
      client.unpipe(upstream).pause();
      upstream.unpipe(client).pause();
    }
  }

  /** The end of `freeze`: what was held back is forwarded. */
  thaw() {
    this.#frozen = false;
    for (const pair of this.#pairs) forward(pair);
  }

  /** Resolves when no new connection is accepted any more. */
  async cut() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
    await closed;
  }

  async [Symbol.asyncDispose]() {
    if (this.#server?.listening) await this.cut();
  }

  #connect(client) {
    const upstream = createConnection({ path: this.#engine, allowHalfOpen: true });
    const pair = { client, upstream };
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    if (!this.#frozen) forward(pair);
  }
}

function forward({ client, upstream }) {
  client.pipe(upstream);
  upstream.pipe(client);
}

/** The engine's own socket, or undefined when it is reached in another way. */
export function engineSocket(env = process.env) {
  const url = env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  return url.startsWith('unix://') ? url.slice('unix://'.length) : undefined;
}
