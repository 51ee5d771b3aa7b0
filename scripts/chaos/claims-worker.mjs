// Each line on stdin: gives back every second lease that it holds, claims until it holds so many, and says what it holds
// and how long each claim took.
import { createInterface } from 'node:readline';
import { claimRequest, openStore } from './store-requests.mjs';

const [folder, leases, ports, last] = process.argv.slice(2);
const store = openStore(folder);
let held = [];
for await (const _ of createInterface({ input: process.stdin })) {
  const back = held.filter((_, i) => i % 2 === 1);
  held = held.filter((_, i) => i % 2 === 0);
  for (const lease of back) store.remove(store.takeOver(lease, lease.owner, 'round over'));
  const times = [];
  while (held.length < Number(leases)) {
    const from = performance.now();
    held.push(store.claim(claimRequest(Number(ports), { first: 30_000, last: Number(last) })));
    times.push(performance.now() - from);
  }
  const answer = held.map((lease) => ({ project: lease.project, ports: lease.ports, subnet: lease.subnets.default }));
  process.stdout.write(`${JSON.stringify({ held: answer, times })}\n`);
}
store.close();
