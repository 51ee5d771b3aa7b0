import { describe, expect, it } from 'vitest';
import { LABEL, leaseLabels } from '../../src/domain/labels.js';
import type { LeaseRecord } from '../../src/domain/lease.js';
import { lostLeases } from '../../src/domain/reconcile.js';

const engine = { endpoint: 'unix:///a', environment: {} };
const lease: LeaseRecord = {
  id: 'a1'.repeat(16),
  project: 'shop-a1a1a1a1',
  state: 'ready',
  mode: 'dedicated',
  generation: 3,
  owner: { kind: 'session', host: 'h', user: 'u', command: 'c', job: null },
  sharedKey: null,
  holders: [],
  renewals: 0,
  engine,
  createdAt: 5,
  expiresAt: 9,
  ports: { first: 30000, last: 30001 },
  subnets: { default: '10.231.0.0/28' },
  spec: { directory: '/x', files: ['/x/compose.yml'], profiles: [], envFiles: [] },
  bindings: [{ service: 'web', target: 80, protocol: 'tcp', published: '8080', port: 30000, count: 1 }],
  timeline: null,
  memory: 0,
};
const labels = leaseLabels(lease.id, lease.generation, 'store', lease);

describe('leases that only their objects know', () => {
  it('are rebuilt whole, once however many objects they have', () => {
    expect(lostLeases([labels, labels], new Set(), engine)).toEqual({ leases: [lease], unreadable: [] });
  });

  it('are not those that the store knows', () => {
    expect(lostLeases([labels], new Set([lease.id]), engine)).toEqual({ leases: [], unreadable: [] });
  });

  it.each(['', '{', 'null', '{"project":"x"}'])('are told where the label says "%s"', (claim) => {
    const damaged = { ...labels, [LABEL.claim]: claim };
    expect(lostLeases([damaged], new Set(), engine)).toEqual({ leases: [], unreadable: [lease.id] });
    expect(lostLeases([damaged, labels], new Set(), engine)).toEqual({ leases: [lease], unreadable: [] });
  });
});
