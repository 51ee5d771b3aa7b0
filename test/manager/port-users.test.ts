import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { portUser, portUserCommand } from '../../src/manager/port-users.js';

describe.runIf(process.platform === 'linux')('who has a port', () => {
  it('is found by the socket tables, on either family', async () => {
    for (const host of ['127.0.0.1', '::1']) {
      const server = createServer().listen(0, host);
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      expect(portUser(port, 'tcp')).toMatchObject({ pid: process.pid, uid: process.getuid?.() });
      expect(portUser(port, 'tcp')?.command).toContain('node');
      server.close();
      await once(server, 'close');
      expect(portUser(port, 'tcp')).toBeUndefined();
    }
  });

  it('may also be a client that came by it by chance', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(client, 'connect');
    expect(portUser(client.localPort as number, 'tcp')).toMatchObject({ pid: process.pid });
    client.destroy();
    server.close();
  });

  it('is nobody when a connection has only just ended there', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connect(port, '127.0.0.1').resume();
    await once(client, 'close');
    server.close();
    await once(server, 'close');
    const waiting = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 06 `);
    expect(readFileSync('/proc/net/tcp', 'utf8')).toMatch(waiting);
    expect(portUser(port, 'tcp')).toBeUndefined();
  });
});

it('is told to a person by a command of each platform', () => {
  expect(portUserCommand(5432, 'linux')).toBe("sudo ss -lptn 'sport = :5432'");
  expect(portUserCommand(5432, 'darwin')).toBe('sudo lsof -nP -iTCP:5432');
  expect(portUserCommand(5432, 'win32')).toBe('netstat -ano | findstr :5432');
});
