import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as httpServer, type RequestListener, type Server } from 'node:http';
import { createServer as httpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listContainers } from '../../src/engine/container-list.js';
import type { Endpoint } from '../../src/engine/endpoint.js';

const CERTIFICATES = new URL('../redirect/support/', import.meta.url).pathname;
const NEVER = new AbortController().signal;

let folder: string;
let server: Server | undefined;
const asked: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-test-list-'));
  asked.length = 0;
});

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const answer: RequestListener = (request, response) => {
  asked.push(decodeURIComponent(request.url ?? ''));
  const labels = { 'com.docker.compose.service': 'web', lease: '1' };
  const holds = {
    Ports: [{ PrivatePort: 80, PublicPort: 30000, IP: '127.0.0.1', Type: 'tcp' }, { PrivatePort: 81 }],
    NetworkSettings: { Networks: { shop_default: {} } },
    Mounts: [
      { Type: 'volume', Name: 'shop_data' },
      { Type: 'bind', Source: '/srv' },
    ],
  };
  const state = { State: 'running', Status: 'Up' };
  response.end(JSON.stringify([{ Id: 'abc', Names: ['/shop-web-1'], Labels: labels, ...state, ...holds }]));
};

async function listening(made: Server, where: string | number): Promise<number> {
  server = made.listen(where);
  await once(made, 'listening');
  return (made.address() as AddressInfo).port;
}

function at(url: string): Endpoint {
  return { url, described: url, named: true };
}

/** Client and server have the same self-signed certificate; each trusts that and no other. */
async function tlsEndpoint(): Promise<Endpoint> {
  for (const [name, file] of [
    ['ca', 'cert'],
    ['cert', 'cert'],
    ['key', 'key'],
  ]) {
    copyFileSync(`${CERTIFICATES}localhost.${file}.pem`, join(folder, `${name}.pem`));
  }
  const [cert, key] = ['cert', 'key'].map((name) => readFileSync(join(folder, `${name}.pem`)));
  const tls = { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true };
  return { ...at(`tcp://localhost:${await listening(httpsServer(tls, answer), 0)}`), certificates: folder };
}

describe('the list of containers', () => {
  it.each<[string, () => Promise<Endpoint>]>([
    [
      'a socket',
      async () => {
        await listening(httpServer(answer), join(folder, 'docker.sock'));
        return at(`unix://${folder}/docker.sock`);
      },
    ],
    ['TCP', async () => at(`tcp://127.0.0.1:${await listening(httpServer(answer), 0)}`)],
    ['TLS with a client certificate', tlsEndpoint],
  ])('is read through %s', async (_, endpoint) => {
    expect(await listContainers(await endpoint(), { lease: '1', any: null }, NEVER)).toEqual([
      {
        id: 'abc',
        name: 'shop-web-1',
        labels: { 'com.docker.compose.service': 'web', lease: '1' },
        service: 'web',
        status: 'running',
        text: 'Up',
        published: [{ target: 80, protocol: 'tcp', port: 30000 }],
        networks: ['shop_default'],
        volumes: ['shop_data'],
      },
    ]);
    expect(asked).toEqual(['/containers/json?all=true&filters={"label":["lease=1","any"]}']);
  });

  it.each<[string, RequestListener, string, string]>([
    [
      'a refusal',
      (_, response) => response.writeHead(500).end('{"message":"out of order"}'),
      'ENGINE_FAILED',
      'out of order',
    ],
    [
      'half an answer',
      (_, response) => response.write('[{', () => response.destroy()),
      'ENGINE_UNAVAILABLE',
      'aborted',
    ],
    ['no answer', (request) => request.socket.destroy(), 'ENGINE_UNAVAILABLE', 'socket hang up'],
  ])('names %s', async (_, listener, code, says) => {
    const port = await listening(httpServer(listener), 0);
    const listing = listContainers(at(`tcp://127.0.0.1:${port}`), {}, NEVER);
    await expect(listing).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
  });

  it('names an engine that is not there', async () => {
    const listing = listContainers(at(`unix://${folder}/none.sock`), {}, NEVER);
    await expect(listing).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  });

  it('ends at the signal while the engine hangs', async () => {
    const stop = new AbortController();
    const port = await listening(
      httpServer(() => stop.abort(new Error('enough'))),
      0,
    );
    await expect(listContainers(at(`tcp://127.0.0.1:${port}`), {}, stop.signal)).rejects.toThrow('enough');
  });
});
