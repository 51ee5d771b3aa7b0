import type { LeaseRecord } from '../../../src/domain/lease.js';
import type { Owner } from '../../../src/domain/owner.js';
import type { ClaimRequest, LeaseStore } from '../../../src/store/lease-store.js';

export const owner: Owner = { kind: 'session', host: 'h', user: 'u', command: 'test', job: null };

export const request: ClaimRequest = {
  base: 'shop',
  mode: 'dedicated',
  owner,
  engine: { endpoint: 'unix:///x', environment: {} },
  expiresAt: null,
  spec: { directory: '/x', files: ['/x/compose.yml'], profiles: [], envFiles: [] },
  ports: 3,
  range: { first: 30000, last: 40000 },
  subnets: { demands: [], pool: { first: 0, last: 0 }, taken: [] },
  avoid: [],
  exclusive: null,
  sharedKey: null,
  memory: 0,
};

export function release(store: LeaseStore, lease: LeaseRecord): void {
  store.remove(store.takeOver(lease, owner, 'released') as LeaseRecord);
}
