import { describe, expect, it } from 'vitest';
import { probeFor } from '../../../src/manager/probes/index.js';
import { answers, type Bytes, greets, inSingleBytes, int, ScriptedServer } from './scripted-server.js';

describe('kafka', () => {
  const answer = (key: number, ...parts: Buffer[]) => {
    const body = Buffer.concat([int(key, 4), ...parts]);
    return Buffer.concat([int(body.length, 4), body]);
  };
  /** ApiVersions: produce, and Metadata in these versions. */
  const versions = (oldest: number, newest: number) =>
    answer(18, int(0, 2), int(2, 4), ...[0, 0, 9, 3, oldest, newest].map((value) => int(value, 2)));
  const metadata = (brokers: number, throttled = true) =>
    answer(3, ...(throttled ? [int(0, 4)] : []), int(brokers, 4), Buffer.alloc(brokers * 20), Buffer.alloc(12));
  const FOREIGN = 'answers with something that is not Kafka';

  it.each<[string, (Buffer | null)[], string | undefined]>([
    ['has a broker', [versions(0, 12), metadata(1)], undefined],
    ['has three', [versions(1, 8), metadata(3)], undefined],
    ['has none yet', [versions(0, 12), metadata(0)], 'no broker has joined the cluster yet'],
    ['is old, and has one', [versions(0, 2), metadata(1, false)], undefined],
    ['is old, and has none', [versions(0, 1), metadata(0, false)], 'no broker has joined the cluster yet'],
    ['speaks what we do not', [versions(9, 14)], undefined],
    ['wants a login', [versions(0, 12), null], undefined],
    ['hangs up at once', [null], 'closes the connection without an answer'],
    ['refuses', [answer(18, int(35, 2), int(0, 4))], 'refuses to say what it speaks (error 35)'],
    ['has no Metadata', [answer(18, int(0, 2), int(0, 4))], FOREIGN],
    ['answers something else', [answer(7, int(0, 2), int(0, 4))], FOREIGN],
    ['says nothing about brokers', [versions(0, 12), answer(3, int(0, 4))], FOREIGN],
  ])('%s', async (_, replies, expected) => {
    for (const behave of [answers(...replies), inSingleBytes(answers(...replies))]) {
      await using server = await ScriptedServer.start(behave);
      expect(await probeFor('kafka')(server.target())).toBe(expected);
    }
  });

  it.each([
    [12, 8, 7],
    [8, 8, 7],
    [7, 7, 5],
    [3, 3, 4],
  ])('asks a server that knows up to %i in version %i, for no topics', async (newest, version, length) => {
    await using server = await ScriptedServer.start(answers(versions(0, newest), metadata(1)));
    await probeFor('kafka')(server.target());
    const asked = server.requests[1] ?? Buffer.alloc(0);
    expect(asked.readInt32BE(0)).toBe(asked.length - 4);
    expect([asked.readInt16BE(4), asked.readInt16BE(6)]).toEqual([3, version]);
    const client = 14 + asked.readInt16BE(12);
    expect(asked.subarray(client)).toEqual(Buffer.alloc(length));
  });
});

describe('one question, one answer', () => {
  const start = Buffer.from([1, 0, 0, 0, 0, 1, 0xff, 0, 10, 0, 10, 0, 9]);
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const status = 'Zookeeper version: 3.8.0\nLatency min/avg/max: 0/0.0/0\nMode: standalone\n';
  const notServing = 'This ZooKeeper instance is not currently serving requests';

  it.each<[string, string, Bytes, string | undefined]>([
    ['rabbitmq', 'starts the connection', start, undefined],
    ['rabbitmq', 'speaks another AMQP', 'AMQP\0\x01\0\0....', 'answers with something that is not AMQP'],
    ['mosquitto', 'lets in', Buffer.from([0x20, 2, 0, 0]), undefined],
    ['mosquitto', 'wants a login', Buffer.from([0x20, 2, 0, 5]), undefined],
    ['mosquitto', 'is not available', Buffer.from([0x20, 2, 0, 3]), 'the broker is not available yet'],
    ['mosquitto', 'says something else', Buffer.from([0x30, 2, 0, 0]), 'answers with something that is not MQTT'],
    ['temporal', 'has settings', settings, undefined],
    ['temporal', 'speaks HTTP/1', 'HTTP/1.1 400 Bad Request\r\n', 'answers with something that is not HTTP/2'],
  ])('%s: %s', async (family, _, reply, expected) => {
    for (const behave of [answers(reply), inSingleBytes(answers(reply))]) {
      await using server = await ScriptedServer.start(behave);
      expect(await probeFor(family)(server.target())).toBe(expected);
    }
  });

  it.each([
    ['serves', status, undefined],
    ['has no quorum', notServing, notServing],
    ['does not allow to ask', 'srvr is not executed because it is not in the whitelist.', undefined],
    ['says something else', 'pong', 'answers with something that is not ZooKeeper'],
  ])('zookeeper: %s', async (_, reply, expected) => {
    await using server = await ScriptedServer.start((socket) => socket.once('data', () => socket.end(reply)));
    expect(await probeFor('zookeeper')(server.target())).toBe(expected);
    expect(Buffer.concat(server.requests).toString()).toBe('srvr');
  });
});

describe('servers that speak first', () => {
  it.each([
    ['nats', 'INFO {"server_id":"x"}\r\n', undefined],
    ['nats', '-ERR no\r\n', 'answers with something that is not NATS'],
    ['mailpit', '220 mailpit ESMTP\r\n', undefined],
    ['mailpit', '421 try later\r\n', '421 try later'],
    ['mailpit', 'hello\r\n', 'answers with something that is not SMTP'],
  ])('%s: %s', async (family, greeting, expected) => {
    for (const behave of [greets(greeting), inSingleBytes(greets(greeting))]) {
      await using server = await ScriptedServer.start(behave);
      expect(await probeFor(family)(server.target())).toBe(expected);
    }
  });
});
