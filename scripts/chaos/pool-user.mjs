// Uses one environment after the other, from a pool where one is ready. Options as JSON in argv: { stateDir, cwd, pool, hold,
// patience (both milliseconds at most) }. Tells of each use by one JSON line; ends when stdin does, after the use that it is in.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createManager } from '../../dist/index.js';

const { stateDir, cwd, pool, hold, patience } = JSON.parse(process.argv[2]);
const manager = createManager({ stateDir, onProgress: () => {} });
let goOn = true;
process.stdin.on('end', () => {
  goOn = false;
});
process.stdin.resume();

/** How often somebody has used this environment, this time counted: 1, unless it was given to somebody before. */
function use({ host, ports }) {
  return new Promise((resolve, reject) => {
    const socket = connect(ports['6379/tcp'], host, () => socket.write('INCR uses\r\n'));
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject).once('data', (answer) => {
      socket.end();
      resolve(Number(/^:(\d+)/.exec(String(answer))?.[1]));
    });
  });
}

function tell(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Users come together as soon as one is ready; who gets none in the end makes one. */
async function untilOneIsReady() {
  const until = performance.now() + Math.random() * patience;
  while (goOn && performance.now() < until) {
    if ((await manager.poolStatus()).some(({ warm }) => warm > 0)) return;
    await sleep(20);
  }
}

while (goOn) {
  await untilOneIsReady().catch(() => {});
  const from = performance.now();
  try {
    const lease = await manager.acquire({ cwd, pool, waitTimeout: 120_000 });
    const ms = Math.round(performance.now() - from);
    const uses = await use(lease.services.db).catch((error) => error.message);
    tell({ project: lease.project, pooled: lease.record.generation > 1, ms, uses });
    await sleep(Math.random() * hold);
    await lease.release();
  } catch (error) {
    tell({ failed: `${error.code ?? ''} ${error.message}`.slice(0, 500) });
  }
}
await manager.close();
