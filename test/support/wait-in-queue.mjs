import { lifeOf, thisProcess } from '../../dist/manager/machine.js';
import { LeaseStore } from '../../dist/store/lease-store.js';
import { claimRequest } from '../../scripts/chaos/store-requests.mjs';

// Asks for so many bytes of a budget, and again at each ring of the bell only; says where it stands, and gives the lease
// back at the end of stdin.
const [folder, memory, budget, priority = '0'] = process.argv.slice(2);
const store = new LeaseStore(folder);
const owner = thisProcess('waiter');
const asker = {
  engine: claimRequest(1).engine.endpoint,
  name: 'stress',
  owner,
  priority: Number(priority),
  budget: { memory: Number(budget), environments: Number.POSITIVE_INFINITY },
  isGone: (entry) => lifeOf(entry.owner) === 'gone',
};
let arrival;
const bell = new AbortController();

function ask() {
  const { lease, place } = store.admit({ ...claimRequest(1), memory: Number(memory), owner }, { ...asker, arrival });
  arrival = place?.arrival;
  const positions = place?.queue.map((entry) => entry.owner.pid);
  process.stdout.write(`${JSON.stringify(lease ? { lease: lease.id } : { positions })}\n`);
  if (!lease) return;
  bell.abort();
  process.stdin.resume().on('end', () => {
    store.remove(lease);
    store.close();
    clearInterval(alive);
  });
}

const alive = setInterval(() => {}, 60_000);
store.queue.bell.listen(ask, bell.signal);
ask();
