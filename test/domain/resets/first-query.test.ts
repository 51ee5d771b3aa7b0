import { expect, it } from 'vitest';
import type { ServiceModel } from '../../../src/domain/model.js';
import { dataStrategy, serviceData } from '../../../src/domain/resets/index.js';

const firstQuery = (service: ServiceModel) => dataStrategy(service)?.firstQuery?.(serviceData(service));

it.each([
  [{}, 'postgres', 'postgres', {}],
  [{ POSTGRES_PASSWORD: 'pw' }, 'postgres', 'postgres', { PGPASSWORD: 'pw' }],
  [{ POSTGRES_USER: 'shop' }, 'shop', 'shop', {}],
  [{ POSTGRES_USER: 'shop', POSTGRES_DB: 'app' }, 'shop', 'app', {}],
])(
  'the first query of PostgreSQL with %j is in its database, with the password in no argument',
  (environment, user, database, env) => {
    const query = firstQuery({ image: 'registry:5000/postgres:16-alpine', environment });
    expect(query?.command).toEqual(expect.arrayContaining(['-U', user, '-d', database]));
    expect(query?.command.join(' ')).not.toContain('pw');
    expect(query?.env).toEqual({ PGCONNECT_TIMEOUT: '10', ...env });
  },
);

it('nothing is asked of what answers the first as fast as any other, or is not known', () => {
  expect(firstQuery({ image: 'redis:7' })).toBeUndefined();
  expect(firstQuery({ image: 'team/api' })).toBeUndefined();
  expect(firstQuery({})).toBeUndefined();
});
