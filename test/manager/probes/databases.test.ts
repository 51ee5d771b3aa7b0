import { describe, expect, it } from 'vitest';
import { encodeDocument } from '../../../src/manager/probes/bson.js';
import { probeFor } from '../../../src/manager/probes/index.js';
import { answers, type Bytes, greets, inSingleBytes, int, ScriptedServer } from './scripted-server.js';

describe('postgres', () => {
  const message = (type: string, body: Bytes) => {
    const bytes = Buffer.from(body as string);
    return Buffer.concat([Buffer.from(type), int(4 + bytes.length, 4), bytes]);
  };
  const error = (code: string, text: string) => message('E', `SFATAL\0VFATAL\0C${code}\0M${text}\0Rmain\0\0`);

  it.each([
    ['asks for a password', message('R', int(10, 4)), undefined],
    ['lets in', message('R', int(0, 4)), undefined],
    ['is starting', error('57P03', 'the database system is starting up'), 'the database system is starting up'],
    ['is being stopped', error('57P01', 'terminating connection'), 'terminating connection'],
    ['knows no such role', error('28000', 'no pg_hba.conf entry'), undefined],
    ['knows no such database', error('3D000', 'database "x" does not exist'), undefined],
    ['is full', error('53300', 'sorry, too many clients already'), undefined],
    ['says something else', message('N', 'SNOTICE\0C00000\0\0'), 'answers with something that is not PostgreSQL'],
    ['cannot fork', 'Ecould not fork new process\n\0', 'answers with something that is not PostgreSQL'],
  ])('%s', async (_, reply, expected) => {
    for (const behave of [answers(reply), inSingleBytes(answers(reply))]) {
      await using server = await ScriptedServer.start(behave);
      expect(await probeFor('postgres')(server.target())).toBe(expected);
    }
  });

  it('asks as a client of the database in the compose file', async () => {
    await using server = await ScriptedServer.start(answers(message('R', int(0, 4))));
    await probeFor('postgres')(server.target({ env: { POSTGRES_USER: 'app', POSTGRES_DB: 'shöp' } }));
    const asked = Buffer.concat(server.requests);
    expect(asked.readInt32BE(0)).toBe(asked.length);
    expect(asked.readInt32BE(4)).toBe(0x30000);
    expect(asked.subarray(8).toString()).toBe('user\0app\0database\0shöp\0\0');
  });
});

describe('redis', () => {
  const env = { REDIS_PASSWORD: 'gehéim' };
  const LOADING = 'LOADING Redis is loading the dataset in memory';
  it.each<[string, Bytes[], Record<string, string>, string | undefined]>([
    ['answers', ['+PONG\r\n'], {}, undefined],
    ['wants a password that is not known', ['-NOAUTH Authentication required.\r\n'], {}, undefined],
    ['is loading', [`-${LOADING}\r\n`], {}, LOADING],
    ['lets in, and answers', ['-NOAUTH x\r\n', '+OK\r\n', '+PONG\r\n'], env, undefined],
    ['lets in, but is loading', ['-NOAUTH x\r\n', '+OK\r\n', `-${LOADING}\r\n`], env, LOADING],
    ['knows another password', ['-NOAUTH x\r\n', '-WRONGPASS invalid password\r\n'], env, undefined],
    ['has lost its master', ['-MASTERDOWN Link with MASTER is down\r\n'], {}, 'MASTERDOWN Link with MASTER is down'],
    [
      'refuses strangers',
      ['-DENIED Redis is running in protected mode. In this\r\n'],
      {},
      'DENIED Redis is running in protected mode',
    ],
    ['says something else', ['+HELLO\r\n'], {}, 'answers with something that is not Redis'],
  ])('%s', async (_, replies, environment, expected) => {
    for (const behave of [answers(...replies), inSingleBytes(answers(...replies))]) {
      await using server = await ScriptedServer.start(behave);
      expect(await probeFor('redis')(server.target({ env: environment }))).toBe(expected);
    }
  });

  it('logs in with the password of the command', async () => {
    await using server = await ScriptedServer.start(answers('-NOAUTH x\r\n', '+OK\r\n', '+PONG\r\n'));
    await probeFor('redis')(server.target({ command: ['redis-server', '--requirepass', 'gehéim'] }));
    const ping = '*1\r\n$4\r\nPING\r\n';
    expect(server.requests.map(String)).toEqual([ping, '*2\r\n$4\r\nAUTH\r\n$7\r\ngehéim\r\n', ping]);
  });
});

describe('mysql and mariadb', () => {
  const packet = (body: Bytes, sequence = 0) => {
    const bytes = Buffer.from(body as string);
    return Buffer.concat([Buffer.from([bytes.length & 0xff, bytes.length >> 8, 0, sequence]), bytes]);
  };
  const error = (code: number, text: string) =>
    packet(Buffer.concat([Buffer.from([0xff, code & 0xff, code >> 8]), Buffer.from(text)]));

  it.each([
    ['greets', packet('\x0a8.4.2\0\x01\x02\x03'), undefined],
    ['greets as MariaDB does', packet('\x0a5.5.5-10.11.6-MariaDB\0'), undefined],
    ['does not like the host', error(1130, "Host '172.17.0.1' is not allowed to connect"), undefined],
    ['has blocked the host', error(1129, "Host '172.17.0.1' is blocked"), undefined],
    ['is full', error(1040, 'Too many connections'), undefined],
    ['goes down', error(1053, 'Server shutdown in progress'), 'Server shutdown in progress'],
    ['speaks protocol 9', packet('\x093.20'), 'answers with something that is not MySQL'],
    ['is in the middle of something', packet('\x0a8.4.2\0', 3), 'answers with something that is not MySQL'],
  ])('%s', async (_, greeting, expected) => {
    for (const behave of [greets(greeting), inSingleBytes(greets(greeting))]) {
      await using server = await ScriptedServer.start(behave);
      expect(await probeFor('mysql')(server.target())).toBe(expected);
      expect(await probeFor('mariadb')(server.target())).toBe(expected);
    }
  });
});

describe('mongo', () => {
  const reply = (document: Buffer, operation = 2013) => {
    const head = Buffer.alloc(21);
    head.writeInt32LE(head.length + document.length, 0);
    head.writeInt32LE(operation, 12);
    return Buffer.concat([head, document]);
  };
  const YES = true;
  /** An answer with its strings, numbers and booleans. */
  const says = (fields: Record<string, string | number | boolean>) => {
    const flags = Object.entries(fields).filter(([, value]) => typeof value === 'boolean');
    const others = Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value !== 'boolean'));
    const plain = encodeDocument(others as Record<string, string | number>).subarray(4, -1);
    const booleans = flags.map(([name, value]) => Buffer.from(`\x08${name}\0${value ? '\x01' : '\0'}`));
    const body = Buffer.concat([plain, ...booleans, Buffer.from([0])]);
    const length = Buffer.alloc(4);
    length.writeInt32LE(4 + body.length);
    return reply(Buffer.concat([length, body]));
  };
  const tooOld = says({ ok: 0, code: 59, errmsg: "no such command: 'hello'" });

  it.each<[string, Buffer[], string | undefined]>([
    ['stands alone', [says({ isWritablePrimary: YES, ok: 1 })], undefined],
    ['is the primary', [says({ isWritablePrimary: YES, setName: 'rs0', ok: 1 })], undefined],
    ['is a secondary', [says({ isWritablePrimary: false, secondary: YES, setName: 'rs0', ok: 1 })], undefined],
    [
      'is before its election',
      [says({ isWritablePrimary: false, setName: 'rs0', ok: 1 })],
      'the replica set has no primary yet',
    ],
    [
      'awaits its initiation',
      [says({ isWritablePrimary: false, isreplicaset: YES, ok: 1 })],
      'the replica set has not been initiated',
    ],
    ['is older than hello', [tooOld, says({ ismaster: YES, ok: 1 })], undefined],
    [
      'is old and a new member',
      [tooOld, says({ ismaster: false, isreplicaset: YES, ok: 1 })],
      'the replica set has not been initiated',
    ],
    ['refuses', [says({ ok: 0, code: 91, errmsg: 'shutting down' })], 'shutting down'],
    ['speaks an older protocol', [reply(encodeDocument({ ok: 1 }), 1)], 'answers with something that is not MongoDB'],
    [
      'breaks off its document',
      [reply(Buffer.from([60, 0, 0, 0, 8, 0x6f]))],
      'answers with something that is not MongoDB',
    ],
  ])('%s', async (_, replies, expected) => {
    for (const behave of [answers(...replies), inSingleBytes(answers(...replies))]) {
      await using server = await ScriptedServer.start(behave);
      expect(await probeFor('mongo')(server.target())).toBe(expected);
    }
  });

  it('asks with one OP_MSG for the database admin', async () => {
    await using server = await ScriptedServer.start(answers(says({ isWritablePrimary: YES, ok: 1 })));
    await probeFor('mongo')(server.target());
    const asked = Buffer.concat(server.requests);
    expect(asked.readInt32LE(0)).toBe(asked.length);
    expect(asked.readInt32LE(12)).toBe(2013);
    expect(asked.subarray(21)).toEqual(encodeDocument({ hello: 1, $db: 'admin' }));
  });
});

describe('memcached', () => {
  it.each([
    ['answers', 'VERSION 1.6.18\r\n', undefined],
    ['wants a login', 'CLIENT_ERROR unauthenticated\r\n', undefined],
    ['says something else', 'ERROR\r\n', 'answers with something that is not memcached'],
  ])('%s', async (_, reply, expected) => {
    await using server = await ScriptedServer.start(inSingleBytes(answers(reply)));
    expect(await probeFor('memcached')(server.target())).toBe(expected);
    expect(Buffer.concat(server.requests).toString()).toBe('version\r\n');
  });
});

describe('cassandra', () => {
  const frame = (version: number, operation: number) => Buffer.from([version, 0, 0, 0, operation, 0, 0, 0, 0]);
  it.each([
    ['says what it supports', frame(0x84, 6), undefined],
    ['does not like the version', frame(0x83, 0), undefined],
    ['asks something itself', frame(0x04, 6), 'answers with something that is not CQL'],
    ['wants a login first', frame(0x84, 3), 'answers with something that is not CQL'],
  ])('%s', async (_, reply, expected) => {
    await using server = await ScriptedServer.start(inSingleBytes(answers(reply)));
    expect(await probeFor('cassandra')(server.target())).toBe(expected);
  });
});
