import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IMAGE_FAMILIES } from '../../../src/domain/image-family.js';
import { PROBES, probeFor } from '../../../src/manager/probes/index.js';
import { greets, hangsUp, ScriptedServer, saysNothing } from './scripted-server.js';

const FAMILIES = Object.keys(PROBES);
/** Two that ask the same way would be told the same. */
const DIFFERENT = ['postgres', 'redis', 'mysql', 'mongo', 'kafka', 'rabbitmq', 'nats', 'memcached', 'mssql'].concat([
  'zookeeper',
  'mosquitto',
  'cassandra',
  'mailpit',
  'temporal',
  'nginx',
  'clickhouse',
]);

describe('the table', () => {
  it('has a probe for every family and a family for every probe', () => {
    expect(FAMILIES.sort()).toEqual([...new Set(IMAGE_FAMILIES.map((family) => family.name))].sort());
  });

  it('asks an unknown family whether anything is there', async () => {
    await using server = await ScriptedServer.start(greets('hello\r\n'));
    expect(await probeFor(undefined)(server.target())).toBeUndefined();
    expect(await probeFor('something else')(server.target())).toBeUndefined();
    expect(await probeFor('redis')(server.target())).toBe('answers with something that is not Redis');
  });
});

describe.each(FAMILIES)('%s', (family) => {
  const probe = probeFor(family);

  it('is not ready where nothing listens', async () => {
    const server = await ScriptedServer.start(saysNothing);
    const target = server.target();
    await server[Symbol.asyncDispose]();
    expect(await probe(target)).toBe('nothing listens on its port yet');
  });

  it('is not ready behind a proxy that accepts and hangs up', async () => {
    await using server = await ScriptedServer.start(hangsUp);
    expect(await probe(server.target())).toBe('closes the connection without an answer');
  });

  it('is not ready when the wait is over before it begins', async () => {
    await using server = await ScriptedServer.start(saysNothing);
    expect(await probe(server.target({ signal: AbortSignal.abort() }))).toBe('was not waited for any longer');
    expect(server.requests).toEqual([]);
  });

  it('lets go of a server that says nothing when the wait ends', async () => {
    const wait = new AbortController();
    await using server = await ScriptedServer.start(() => wait.abort());
    expect(await probe(server.target({ signal: wait.signal }))).toBe('was not waited for any longer');
  });
});

it('gives up on a server that says nothing, each by itself', async () => {
  await using server = await ScriptedServer.start(saysNothing);
  const answers = await Promise.all(FAMILIES.map((family) => probeFor(family)(server.target())));
  expect(new Set(answers)).toEqual(new Set(['did not answer within 2 s']));
});

describe.each(DIFFERENT)('%s, told what it does not understand', (family) => {
  const probe = probeFor(family);

  it.each([
    ['a page', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'],
    ['a greeting', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['0xff', Buffer.alloc(64, 0xff)],
    ['zeros', Buffer.alloc(64)],
  ])('%s', async (_, bytes) => {
    await using server = await ScriptedServer.start((socket) => socket.end(bytes));
    const speaksHttp = family === 'nginx' && String(bytes).startsWith('HTTP');
    expect(await probe(server.target())).toEqual(speaksHttp ? undefined : expect.any(String));
  });

  it('any bytes', async () => {
    let bytes: Uint8Array = new Uint8Array();
    await using server = await ScriptedServer.start((socket) => socket.end(bytes));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (garbage) => {
        bytes = garbage;
        expect(await probe(server.target())).toEqual(expect.any(String));
      }),
      { numRuns: 30, seed: 1 },
    );
  });
});

it.each(DIFFERENT.filter((family) => PROBES[family]?.name !== ''))(
  '%s does not read a flood to its end',
  async (family) => {
    await using server = await ScriptedServer.start((socket) => {
      const pour = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(16 * 1024, 0x41)));
      };
      socket.on('drain', pour);
      pour();
    });
    expect(await probeFor(family)(server.target())).toMatch(/^answers with something that is not /);
  },
);
