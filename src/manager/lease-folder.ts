import { join } from 'node:path';
import type { LeaseRecord } from '../domain/lease.js';
import type { Config } from './config.js';

/** `<state>/leases/<id>`: what is written for one lease and goes with it. */
export function leaseFolder(config: Config, lease: Pick<LeaseRecord, 'id'>): string {
  return join(config.stateDir, 'leases', lease.id);
}
