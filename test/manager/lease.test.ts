import { describe, expect, it } from 'vitest';
import type { AcquiredEnvironment } from '../../src/manager/handed-over.js';
import { Lease } from '../../src/manager/lease.js';

function leaseOn(host: string): Lease {
  const binding = { service: 'db', target: 5432, protocol: 'tcp', published: '5432', port: 31000, count: 1 };
  const acquired = {
    record: { id: '0', project: 'shop', bindings: [binding] },
    services: { db: { state: 'healthy', host, ports: { '5432/tcp': 31000 } } },
    env: {},
    timings: {},
  };
  return new Lease(acquired as unknown as AcquiredEnvironment, {} as ConstructorParameters<typeof Lease>[1]);
}

describe('redirect', () => {
  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])('leads to the ports on %s', (host) => {
    expect(leaseOn(host).redirect({}).env.DM_PORT_MAP).toBe('5432=31000');
  });

  it.each(['192.168.1.20', 'builder.example', 'localhost.example', '10.127.0.1'])('refuses those on %s', (host) => {
    expect(() => leaseOn(host).redirect({})).toThrow(
      expect.objectContaining({ code: 'REDIRECT_REMOTE', exitCode: 2, params: { host } }),
    );
  });
});
