import { createHash } from 'node:crypto';
import { request } from 'node:http';

/** No call takes longer on a working engine; a hung one must not hang the harness. Milliseconds. */
const LIMIT = 20_000;

/** The engine's HTTP API over its socket, for looking at it from outside of the code under test. */
export class EngineApi {
  #socket;

  constructor(socket) {
    this.#socket = socket;
  }

  containers() {
    return this.json('GET', '/containers/json?all=1');
  }

  networks() {
    return this.json('GET', '/networks');
  }

  async volumes() {
    return (await this.json('GET', '/volumes')).Volumes ?? [];
  }

  inspect(id) {
    return this.json('GET', `/containers/${id}/json`);
  }

  /** SHA-256 of a file or folder of a container, with names, modes and times. */
  async contentHash(id, path) {
    const bytes = await this.#call('GET', `/containers/${id}/archive?path=${encodeURIComponent(path)}`);
    return createHash('sha256').update(bytes).digest('hex');
  }

  async json(method, path, body) {
    const bytes = await this.#call(method, path, body);
    return bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined;
  }

  /** Removes an object of the census; what is gone already is no error. */
  async remove({ kind, id }) {
    const path = { container: `/containers/${id}?force=1&v=1`, network: `/networks/${id}`, volume: `/volumes/${id}` }[
      kind
    ];
    await this.#call('DELETE', path).catch((error) => {
      if (error.status !== 404) throw error;
    });
  }

  #call(method, path, body) {
    return new Promise((resolve, reject) => {
      const headers = body ? { 'content-type': 'application/json' } : {};
      const options = { socketPath: this.#socket, method, path: `/v1.45${path}`, headers, timeout: LIMIT };
      const call = request(options, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          if (response.statusCode < 400) resolve(bytes);
          else reject(Object.assign(new Error(`${method} ${path}: ${bytes}`), { status: response.statusCode }));
        });
      });
      call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer within ${LIMIT} ms`)));
      call.on('error', reject).end(body && JSON.stringify(body));
    });
  }
}
