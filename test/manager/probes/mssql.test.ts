import { expect, it } from 'vitest';
import { mssql } from '../../../src/manager/probes/mssql.js';
import { answers, inSingleBytes, ScriptedServer } from './scripted-server.js';

const NOT_SUPPORTED = 2;
const REQUIRED = 3;
const env = { MSSQL_SA_PASSWORD: 'Sécret1!' };

const packet = (body: Buffer) => Buffer.concat([Buffer.from([4, 1, 0, 8 + body.length, 0, 0, 1, 0]), body]);
/** Version and encryption, as SQL Server answers. */
const prelogin = (encryption: number) =>
  packet(Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0x10, 0x54, 0, 0, encryption]));
const token = (type: number, body: Buffer) => {
  const head = Buffer.from([type, 0, 0]);
  head.writeUInt16LE(body.length, 1);
  return Buffer.concat([head, body]);
};
const environmentChange = token(0xe3, Buffer.from([1, 0, 0]));
const letIn = token(0xad, Buffer.from([1, 0x72, 9, 0, 2, 0, 16, 0, 0x10, 0x54]));
const refused = (text: string) => {
  const message = Buffer.from(text, 'utf16le');
  const head = Buffer.from([0x18, 0x48, 0, 0, 1, 14, text.length, 0]);
  return token(0xaa, Buffer.concat([head, message, Buffer.from([0, 0, 1, 0, 0, 0])]));
};

it.each([
  ['lets in', [prelogin(NOT_SUPPORTED), packet(Buffer.concat([environmentChange, letIn]))], env, undefined],
  ['lets in at once', [prelogin(NOT_SUPPORTED), packet(letIn)], { SA_PASSWORD: 'old' }, undefined],
  [
    'has not set the password yet',
    [prelogin(NOT_SUPPORTED), packet(Buffer.concat([environmentChange, refused("Login failed for user 'sa'.")]))],
    env,
    "Login failed for user 'sa'.",
  ],
  ['is there, no password known', [prelogin(NOT_SUPPORTED)], {}, undefined],
  ['is there, only with encryption', [prelogin(REQUIRED)], env, undefined],
  ['hangs up at the login', [prelogin(NOT_SUPPORTED), null], env, 'closes the connection without an answer'],
  [
    'answers the login with nonsense',
    [prelogin(NOT_SUPPORTED), packet(token(0x81, letIn))],
    env,
    'answers with something that is not TDS',
  ],
  ['answers with nonsense', [Buffer.from([4, 1, 0, 9, 0, 0, 1, 0, 7])], env, 'answers with something that is not TDS'],
])('%s', async (_, replies, environment, expected) => {
  for (const behave of [answers(...replies), inSingleBytes(answers(...replies))]) {
    await using server = await ScriptedServer.start(behave);
    expect(await mssql(server.target({ env: environment }))).toBe(expected);
  }
});

it('says who it is as the protocol wants it', async () => {
  await using server = await ScriptedServer.start(answers(prelogin(NOT_SUPPORTED), packet(letIn)));
  await mssql(server.target({ env }));
  const login = server.requests[1] ?? Buffer.alloc(0);
  expect(login[0]).toBe(0x10);
  expect(login.readUInt16BE(2)).toBe(login.length);
  const body = login.subarray(8);
  expect(body.readUInt32LE(0)).toBe(body.length);
  const part = (at: number) => {
    const start = body.readUInt16LE(at);
    return body.subarray(start, start + 2 * body.readUInt16LE(at + 2));
  };
  expect(part(40).toString('utf16le')).toBe('sa');
  const clear = part(44).map((byte) => (((byte ^ 0xa5) << 4) | ((byte ^ 0xa5) >> 4)) & 0xff);
  expect(Buffer.from(clear).toString('utf16le')).toBe('Sécret1!');
  expect(part(48).toString('utf16le')).toBe('docker-manual');
});
