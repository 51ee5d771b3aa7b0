import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runRedirected } from './support/run-redirected.js';
import { CERTIFICATE, tcpServer, tlsServer } from './support/servers.js';

it('takes every form of a TCP connection to the leased port, and leaves every other connection alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dm-redirect-'));
  try {
    const SOCKET = join(folder, 'socket');
    await using published = await tcpServer('published');
    await using leased = await tcpServer('leased');
    await using other = await tcpServer('other');
    await using _socket = await tcpServer('socket', { path: SOCKET });
    const env = { SOCKET, OTHER: String(other.port) };
    expect(await runRedirected('net-forms.mjs', published.port, leased.port, env)).toEqual({
      'connect(port)': 'leased',
      'connect(port, callback)': 'leased',
      'connect(port, host)': 'leased',
      'connect(port, host, callback)': 'leased',
      'connect("port", host)': 'leased',
      'connect({ port })': 'leased',
      'connect({ port, host }, callback)': 'leased',
      'connect({ "port" })': 'leased',
      'imported connect': 'leased',
      'createConnection(port, host)': 'leased',
      'createConnection({ port })': 'leased',
      'new Socket().connect(port, host)': 'leased',
      'new Socket().connect({ port })': 'leased',
      'new Socket().connect(normalised)': 'leased',
      'host ""': 'leased',
      'host null': 'leased',
      'host ::1': 'leased',
      'host ::': 'leased',
      'host 0.0.0.0': 'leased',
      'host LOCALHOST.': 'leased',
      'host bucket.localhost': 'leased',
      'family 6': 'leased',
      'happy eyeballs on': 'leased',
      'happy eyeballs off': 'leased',
      'own lookup of localhost': 'leased',
      'untouched: the leased port': 'leased',
      'untouched: another port': 'other',
      'untouched: another host': 'published',
      'untouched: connect(path)': 'socket',
      'untouched: connect({ path, port })': 'socket',
      'untouched: no port': 'ERR_SOCKET_BAD_PORT',
      'an address that localhost resolves to': 'leased',
      'a socket that connects again': ['leased', 'leased'],
      'the callback runs once': 1,
      'the lookup event': [null, '127.0.0.1', 4, 'localhost'],
      "the caller's options": ['port', 'host'],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('keeps the name that TLS asks for and checks', async () => {
  await using published = await tlsServer('published');
  await using leased = await tlsServer('leased');
  expect(await runRedirected('tls-forms.mjs', published.port, leased.port, { CERTIFICATE })).toEqual({
    'connect(port, host, options)': 'leased as nobody',
    'connect(port, options, callback)': 'leased as nobody',
    'connect({ port })': 'leased as nobody',
    'connect({ port, host })': 'leased as nobody',
    'connect({ port, host, servername })': 'leased as localhost',
    'connect({ socket })': 'leased as nobody',
    'not checked': 'leased as nobody',
    'checked against the name that the user wrote': 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});
