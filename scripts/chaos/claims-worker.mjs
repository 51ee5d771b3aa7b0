// Each line on stdin: gives back every second lease that it holds, claims until it holds so many, and says what it holds
// and how long each claim took. With "listen" it listens on what it holds.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { freeBlock } from '../../dist/manager/ports.js';
import { claimRequest, openStore } from './store-requests.mjs';

/** As often as an acquire tries. */
const ATTEMPTS = 3;
const [folder, leases, ports, first, last, listen] = process.argv.slice(2);
const range = { first: Number(first), last: Number(last) };
const store = openStore(folder);
let exchanged = 0;

async function claim() {
  const lease = store.claim(claimRequest(Number(ports), range));
  return listen ? listenOn(lease) : { lease, servers: [] };
}

/** As an acquire does it: a look, the engine's own try, and other ports when somebody was faster. */
async function listenOn(claimed) {
  const config = { ports: range, excludePorts: [] };
  let lease = await freeBlock(config, store, claimed, []);
  for (let attempt = 1; ; attempt++) {
    const { servers, busy } = await tryAll(lease.ports);
    if (busy === undefined) return { lease, servers };
    await closeAll(servers);
    const holders = store.list().filter(({ ports: held }) => held.first <= busy && busy <= held.last);
    if (holders.length > 1) throw new Error(`port ${busy} is held by two leases`);
    if (attempt === ATTEMPTS) throw new Error(`port ${busy} was taken at each of ${ATTEMPTS} attempts`);
    exchanged += 1;
    const after = range.first + Math.floor(Math.random() * (range.last - range.first));
    lease = await freeBlock(config, store, lease, [busy], after);
  }
}

/** Listeners on all of them, or on those before the first one that is busy. */
async function tryAll({ first: from, last: to }) {
  const servers = [];
  for (let port = from; port <= to; port++) {
    const server = createServer().listen(port, '127.0.0.1');
    const failure = await Promise.race([once(server, 'listening').then(() => undefined), once(server, 'error')]).catch(
      (error) => error,
    );
    if (failure) return { servers, busy: port };
    servers.push(server);
  }
  return { servers };
}

function closeAll(servers) {
  return Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
}

let held = [];
for await (const _ of createInterface({ input: process.stdin })) {
  const back = held.filter((_, i) => i % 2 === 1);
  held = held.filter((_, i) => i % 2 === 0);
  for (const { lease, servers } of back) {
    await closeAll(servers);
    store.remove(store.takeOver(lease, lease.owner, 'round over'));
  }
  const times = [];
  while (held.length < Number(leases)) {
    const from = performance.now();
    held.push(await claim());
    times.push(performance.now() - from);
  }
  const answer = held.map(({ lease }) => ({
    project: lease.project,
    ports: lease.ports,
    subnet: lease.subnets.default,
  }));
  process.stdout.write(`${JSON.stringify({ held: answer, times, exchanged })}\n`);
  exchanged = 0;
}
store.close();
await closeAll(held.flatMap(({ servers }) => servers));
