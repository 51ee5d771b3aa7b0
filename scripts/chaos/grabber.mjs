// Takes ports of a range and leaves them again, until its standard input ends: somebody else on the same machine.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [first, last] = process.argv.slice(2).map(Number);
/** Ports at a time. */
const HANDS = 16;
/** How long one is kept, at most. Milliseconds. */
const LONGEST = 40;
let ended = false;
let grabbed = 0;
process.stdin.resume().on('end', () => {
  ended = true;
});

async function grab() {
  while (!ended) {
    const server = createServer().listen(first + Math.floor(Math.random() * (last - first + 1)), '127.0.0.1');
    const taken = await Promise.race([once(server, 'listening').then(() => true), once(server, 'error')]).catch(
      () => false,
    );
    await sleep(Math.random() * LONGEST);
    if (taken !== true) continue;
    grabbed += 1;
    await new Promise((resolve) => server.close(resolve));
  }
}

await Promise.all(Array.from({ length: HANDS }, grab));
process.stdout.write(JSON.stringify({ grabbed }));
