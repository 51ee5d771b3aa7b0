import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../domain/file-errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { Config } from './config.js';

/** `<state>/leases/<id>`: what is written for one lease and goes with it. */
export function leaseFolder(config: Config, lease: Pick<LeaseRecord, 'id'>): string {
  return join(config.stateDir, 'leases', lease.id);
}

/** @throws STORE_FULL, STORE_READ_ONLY */
export function makeLeaseFolder(config: Config, lease: Pick<LeaseRecord, 'id'>): string {
  const folder = leaseFolder(config, lease);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch (error) {
    throw fileError(error, folder);
  }
}
