import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { tcp } from '../../../src/manager/probes/tcp.js';
import { greets, hangsUp, ScriptedServer, saysNothing } from './scripted-server.js';

// The probe's 250 ms pass when a test says so, however busy the machine is.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** The probe is connected and has begun to watch the connection. */
async function watching(): Promise<void> {
  while (vi.getTimerCount() === 0) await new Promise(setImmediate);
}

it('is ready when bytes come, whatever they are, without waiting any longer', async () => {
  await using server = await ScriptedServer.start(greets('\0'));
  expect(await tcp(server.target())).toBeUndefined();
});

it('is ready when the connection stays open for 250 ms', async () => {
  await using server = await ScriptedServer.start(saysNothing);
  let answered = false;
  const answer = tcp(server.target()).finally(() => {
    answered = true;
  });
  await watching();
  vi.advanceTimersByTime(249);
  await new Promise(setImmediate);
  expect(answered).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await answer).toBeUndefined();
});

it('is not ready when the connection is closed within that time', async () => {
  let close = () => {};
  await using server = await ScriptedServer.start((socket) => {
    close = () => socket.destroy();
  });
  const answer = tcp(server.target());
  await watching();
  vi.advanceTimersByTime(249);
  close();
  expect(await answer).toBe('closes the connection without an answer');
});

it.each([
  ['hard', hangsUp],
  ['politely', (socket: { end(): void }) => socket.end()],
])('is not ready when the connection is closed at once, %s', async (_, behave) => {
  await using server = await ScriptedServer.start(behave);
  expect(await tcp(server.target())).toBe('closes the connection without an answer');
});

it('takes bytes for an answer even when the connection is closed after them', async () => {
  await using server = await ScriptedServer.start((socket) => socket.end('busy'));
  expect(await tcp(server.target())).toBeUndefined();
});
