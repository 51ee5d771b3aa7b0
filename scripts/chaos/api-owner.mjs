// A user's process: acquires, holds, releases. Options as JSON in argv: { stateDir, cwd, name, hold (milliseconds; null:
// until stdin ends), waitTimeout, limit }. Tells what it does, one JSON line each; does what it is told by lines on stdin.
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createManager } from '../../dist/index.js';

const { stateDir, cwd, name, hold = null, waitTimeout = 60_000, limit } = JSON.parse(process.argv[2]);
const begun = performance.now();
const manager = createManager({ stateDir, onProgress: ({ type, step }) => type === 'step' && tell('step', { step }) });
let lease;

const orders = {
  /** Proves that the environment still answers. */
  async ask() {
    const answer = await fetch(`http://127.0.0.1:${lease.services.db.ports['8080/tcp']}/`);
    tell('answer', { body: (await answer.text()).trim() });
  },
  /** Nothing runs in this process for so long: no timer, no socket, no heartbeat. */
  block(ms) {
    const end = performance.now() + Number(ms);
    while (performance.now() < end);
    tell('unblocked');
  },
};

/** `ms` is since the beginning. */
function tell(event, more = {}) {
  process.stdout.write(`${JSON.stringify({ event, ms: Math.round(performance.now() - begun), ...more })}\n`);
}

async function obey() {
  for await (const line of createInterface({ input: process.stdin })) {
    const [order, ...args] = line.split(' ');
    await orders[order](...args);
  }
}

try {
  const signal = limit === undefined ? {} : { signal: AbortSignal.timeout(limit) };
  lease = await manager.acquire({ cwd, name, waitTimeout, ...signal });
  tell('ready', { id: lease.id, project: lease.project });
  await (hold === null ? obey() : sleep(hold));
  tell('releasing');
  await lease.release();
  tell('released');
} catch (error) {
  tell('failed', { code: error.code, message: error.message });
  process.exitCode = 1;
}
await manager.close();
