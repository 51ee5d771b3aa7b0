import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import { http } from '../../../src/manager/probes/http.js';
import { probeFor } from '../../../src/manager/probes/index.js';
import { answers, inSingleBytes, ScriptedServer } from './scripted-server.js';

/** A real HTTP server behind the scripted one, so that its connections are watched. */
async function serving(listener: RequestListener): Promise<ScriptedServer> {
  const server = createServer(listener);
  return await ScriptedServer.start((socket) => server.emit('connection', socket));
}

const page = (status: number, body = '') =>
  serving((_, response) => {
    response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(body);
  });

describe('statuses', () => {
  const any = { path: '/', statuses: 'any' } as const;
  const some = { path: '/', statuses: [200, 401] };
  it.each([
    [{ path: '/' }, 200, undefined],
    [{ path: '/' }, 302, undefined],
    [{ path: '/' }, 404, undefined],
    [{ path: '/' }, 502, 'answers GET / with 502'],
    [any, 503, undefined],
    [some, 401, undefined],
    [some, 204, 'answers GET / with 204'],
  ])('%j, %i', async (check, status, expected) => {
    await using server = await page(status);
    expect(await http(check)(server.target())).toBe(expected);
  });
});

describe('bodies', () => {
  const check = { path: '/health', statuses: [200, 404], body: /"ready": ?true/ };
  const NOT_YET = 'answers GET /health, but not yet as it does when ready';

  it('has to say it, where it is a 200', async () => {
    await using ready = await page(200, '{"ready":true}');
    await using starting = await page(200, '{"ready": false}');
    await using old = await page(404, 'no such page');
    expect(await http(check)(ready.target())).toBeUndefined();
    expect(await http(check)(starting.target())).toBe(NOT_YET);
    expect(await http(check)(old.target())).toBeUndefined();
  });

  it('is not waited for longer than it takes', async () => {
    await using endless = await serving((_, response) => {
      response.write('{"ready": true, ');
    });
    expect(await http(check)(endless.target())).toBeUndefined();
  });

  it('is not read to the end of the world', async () => {
    await using flood = await ScriptedServer.start((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const pour = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(16 * 1024, 0x41)));
      };
      socket.on('drain', pour);
      pour();
    });
    const before = performance.now();
    expect(await http(check)(flood.target())).toBe(NOT_YET);
    expect(performance.now() - before).toBeLessThan(1900);
  });

  it('may come in any pieces', async () => {
    const text = 'HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"ready":true}';
    await using server = await ScriptedServer.start(inSingleBytes(answers(text)));
    expect(await http(check)(server.target())).toBeUndefined();
  });
});

it('asks for the page, and for the connection to be closed', async () => {
  await using server = await ScriptedServer.start(answers('HTTP/1.1 204 No Content\r\n\r\n'));
  const target = server.target();
  await http({ path: '/a?b=c' })(target);
  const [request, ...headers] = Buffer.concat(server.requests).toString().split('\r\n');
  expect(request).toBe('GET /a?b=c HTTP/1.1');
  expect(headers).toContain(`Host: 127.0.0.1:${target.port}`);
  expect(headers).toContain('Connection: close');
});

describe('TLS', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const cert = selfSigned(publicKey.export({ type: 'spki', format: 'der' }), (bytes) =>
    sign('sha256', bytes, privateKey),
  );

  const ALERT = Buffer.from([0x15, 3, 1, 0, 2, 2, 70]);
  /** Whoever does not begin with a handshake is put off: without a word, as Elasticsearch does, or with an alert. */
  const secure = (listener: RequestListener, before: 'hangs up' | 'alerts') => {
    const server = createTlsServer({ key, cert }, listener);
    return ScriptedServer.start((socket) => {
      socket.once('data', (chunk) => {
        if (chunk[0] !== 0x16) return before === 'alerts' ? socket.end(ALERT) : socket.destroy();
        socket.pause();
        server.emit('connection', socket);
        return socket.unshift(chunk);
      });
    });
  };

  it.each(['hangs up', 'alerts'] as const)('is tried where the server %s on plain HTTP', async (before) => {
    await using ready = await secure((_, response) => response.writeHead(401).end(), before);
    await using starting = await secure((_, response) => response.writeHead(503).end(), before);
    expect(await http({ path: '/' })(ready.target())).toBeUndefined();
    expect(await http({ path: '/' })(starting.target())).toBe('answers GET / with 503');
  });

  it('that does not work either leaves the words of the first try', async () => {
    let connections = 0;
    await using server = await ScriptedServer.start((socket) => {
      connections += 1;
      if (connections === 1) socket.destroy();
      else socket.end('220 mail\r\n');
    });
    expect(await http({ path: '/' })(server.target())).toBe('closes the connection without an answer');
    expect(connections).toBe(2);
  });
});

describe('families', () => {
  const localstack = (completed: boolean) => `{"completed": ${completed}, "scripts": []}`;
  const cluster = (timedOut: boolean) => `{"status":"yellow","timed_out":${timedOut}}`;
  const admin = { NEXTCLOUD_ADMIN_USER: 'admin' };
  const NOT_YET = /but not yet as it does when ready/;

  it.each<[string, Record<string, string>, string, number, string, RegExp | undefined]>([
    ['nginx', {}, '/', 502, '', /with 502/],
    ['traefik', {}, '/', 404, '', undefined],
    ['clickhouse', {}, '/ping', 200, 'Ok.\n', undefined],
    ['clickhouse', {}, '/ping', 200, 'no', NOT_YET],
    ['minio', {}, '/minio/health/ready', 503, '', /with 503/],
    ['localstack', {}, '/_localstack/init/ready', 200, localstack(true), undefined],
    ['localstack', {}, '/_localstack/init/ready', 200, localstack(false), NOT_YET],
    ['localstack', {}, '/_localstack/init/ready', 404, '', undefined],
    ['elasticsearch', {}, '/_cluster/health?wait_for_status=yellow&timeout=1s', 200, cluster(false), undefined],
    ['elasticsearch', {}, '/_cluster/health?wait_for_status=yellow&timeout=1s', 408, cluster(true), /with 408/],
    ['opensearch', {}, '/_cluster/health?wait_for_status=yellow&timeout=1s', 200, cluster(true), NOT_YET],
    ['opensearch', {}, '/_cluster/health?wait_for_status=yellow&timeout=1s', 401, '', undefined],
    ['dynamodb-local', {}, '/', 400, '', undefined],
    ['otel-collector', {}, '/v1/traces', 405, '', undefined],
    ['keycloak', {}, '/realms/master', 200, '', undefined],
    ['keycloak', { KC_HTTP_RELATIVE_PATH: '/auth/' }, '/auth/realms/master', 200, '', undefined],
    ['keycloak', { KEYCLOAK_USER: 'admin' }, '/auth/realms/master', 500, '', /with 500/],
    ['n8n', {}, '/healthz/readiness', 503, '', /with 503/],
    ['n8n', { N8N_ENDPOINT_HEALTH: 'ok' }, '/ok/readiness', 200, '', undefined],
    ['nextcloud', {}, '/status.php', 200, '{"installed":false}', undefined],
    ['nextcloud', admin, '/status.php', 200, '{"installed":false}', NOT_YET],
    ['nextcloud', admin, '/status.php', 200, '{"installed":true}', undefined],
    ['electric', {}, '/v1/health', 200, '{"status":"starting"}', NOT_YET],
  ])('%s %j: %s answered with %i %s', async (family, env, path, status, body, expected) => {
    let asked: string | undefined;
    await using server = await serving((request, response) => {
      asked = request.url;
      response.writeHead(status).end(body);
    });
    const answer = await probeFor(family)(server.target({ env }));
    expect(asked).toBe(path);
    expect(answer).toEqual(expected === undefined ? undefined : expect.stringMatching(expected));
  });
});

/** The smallest certificate that TLS takes, made here so that no key has to be kept in a file. */
function selfSigned(publicKey: Buffer, signWith: (bytes: Buffer) => Buffer): string {
  const der = (tag: number, ...parts: Uint8Array[]) => {
    const body = Buffer.concat(parts);
    const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...length]), body]);
  };
  const SEQUENCE = 0x30;
  const time = (text: string) => der(0x17, Buffer.from(text));
  const ecdsaWithSha256 = der(SEQUENCE, Buffer.from('06082a8648ce3d040302', 'hex'));
  const nobody = der(SEQUENCE);
  const validity = der(SEQUENCE, time('200101000000Z'), time('491231235959Z'));
  const content = der(SEQUENCE, der(2, Buffer.from([1])), ecdsaWithSha256, nobody, validity, nobody, publicKey);
  const signature = der(3, Buffer.from([0]), signWith(content));
  const certificate = der(SEQUENCE, content, ecdsaWithSha256, signature);
  return `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
}
