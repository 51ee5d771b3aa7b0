import { imageFamily } from './image-family.js';
import type { ServiceModel } from './model.js';
import { serviceData } from './resets/index.js';
import type { DataCommand, ServiceData } from './resets/strategy.js';

/**
 * By family of images: a query for which the server reads what its first client would wait for. Of PostgreSQL that is the
 * catalogue of the database: 8 ms of a first query's 19.
 */
const FIRST_QUERIES: Readonly<Record<string, (service: ServiceData) => DataCommand>> = {
  postgres: ({ client }) => ({
    command: ['psql', '-X', '-q', '--no-password', ...login(client), '-c', 'SELECT 1'],
    env: client.PGPASSWORD ? { PGPASSWORD: client.PGPASSWORD } : {},
  }),
};

function login({ PGUSER = 'postgres', PGDATABASE = PGUSER }: ServiceData['client']): string[] {
  return ['-U', PGUSER, '-d', PGDATABASE];
}

/** A command inside the service's container; undefined where a first query is as fast as any. */
export function firstQuery(service: ServiceModel): DataCommand | undefined {
  return FIRST_QUERIES[imageFamily(service.image)?.name ?? '']?.(serviceData(service));
}
