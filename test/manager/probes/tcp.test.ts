import { expect, it } from 'vitest';
import { tcp } from '../../../src/manager/probes/tcp.js';
import { greets, hangsUp, ScriptedServer, saysNothing } from './scripted-server.js';

it('is ready when bytes come, whatever they are, without waiting longer', async () => {
  await using server = await ScriptedServer.start(greets('\0'));
  const before = performance.now();
  expect(await tcp(server.target())).toBeUndefined();
  expect(performance.now() - before).toBeLessThan(250);
});

it('is ready when the connection stays open for 250 ms', async () => {
  await using server = await ScriptedServer.start(saysNothing);
  const before = performance.now();
  expect(await tcp(server.target())).toBeUndefined();
  // A timer may fire a fraction of a millisecond early.
  expect(performance.now() - before).toBeGreaterThan(248);
});

it('is not ready when the connection is closed at once, or a little later', async () => {
  await using atOnce = await ScriptedServer.start(hangsUp);
  await using later = await ScriptedServer.start((socket) => setTimeout(() => socket.destroy(), 50));
  await using politely = await ScriptedServer.start((socket) => socket.end());
  for (const server of [atOnce, later, politely]) {
    expect(await tcp(server.target())).toBe('closes the connection without an answer');
  }
});

it('takes bytes for an answer even when the connection is closed after them', async () => {
  await using server = await ScriptedServer.start((socket) => socket.end('busy'));
  expect(await tcp(server.target())).toBeUndefined();
});
