import { describe, expect, it } from 'vitest';
import type { ServiceModel } from '../../../src/domain/model.js';
import { planOf } from '../../support/plan-of.js';

const unnamed = { type: 'volume', target: '/app/node_modules' };
const web: ServiceModel = { image: 'x', volumes: [unnamed, { type: 'volume', source: 'data', target: '/data' }] };

describe('a volume without a name', () => {
  it('gets one of this environment, with its labels', () => {
    const { after, override, hazards } = planOf({ services: { web }, volumes: { data: {} } });
    expect(hazards.filter(({ path }) => path[2] === 'volumes')).toEqual([]);
    expect(after.services.web?.volumes).toEqual([
      { ...unnamed, source: 'dm-unnamed-web-0' },
      { type: 'volume', source: 'data', target: '/data' },
    ]);
    expect(override.volumes['dm-unnamed-web-0']).toMatchObject({ labels: expect.anything() });
  });

  it.each<[string, ServiceModel, object]>([
    ['of several replicas, which have one each', { ...web, deploy: { replicas: 2 } }, {}],
    ['of an environment whose volumes stay', web, { keptAs: 'shop-dev' }],
    ['of a service without one', { image: 'x', volumes: [{ type: 'tmpfs', target: '/x' }] }, {}],
  ])('is left alone: %s', (_, service, request) => {
    const { override } = planOf({ services: { web: service }, volumes: { data: {} } }, request);
    expect(Object.keys(override.volumes).filter((key) => key.startsWith('dm-unnamed'))).toEqual([]);
  });
});
