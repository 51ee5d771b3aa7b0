// A life of claims and removals, told on stdout before (?) and after (+ -) each change: store-kills.mjs ends it.
import { writeSync } from 'node:fs';
import { claimRequest, openStore, readyResult } from './store-requests.mjs';

const store = openStore(process.argv[2]);
const tell = (sign, lease) => writeSync(1, `${sign}${lease.id}\n`);
const held = [];
for (;;) {
  let lease = store.claim(claimRequest(4));
  tell('+', lease);
  lease = store.transition(lease, 'starting');
  held.push(store.ready(lease, readyResult(lease)));
  tell('r', lease);
  if (held.length <= 8) continue;
  const oldest = held.shift();
  tell('?', oldest);
  store.remove(store.takeOver(oldest, lease.owner, 'stress'));
  tell('-', oldest);
}
