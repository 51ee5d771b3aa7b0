import { describe, expect, it } from 'vitest';
import type { ServiceModel } from '../../../src/domain/model.js';
import { PROJECT, planOf, told } from '../../support/plan-of.js';

describe('container names', () => {
  it.each<[string, ServiceModel, ServiceModel['networks']]>([
    ['becomes an alias', {}, { default: { aliases: ['the-db'] } }],
    [
      'joins the aliases that are there',
      { networks: { back: { aliases: ['x'] } } },
      { back: { aliases: ['x', 'the-db'] } },
    ],
    [
      'is an alias on every network of the service',
      { networks: { back: null, front: { aliases: ['y'] } } },
      { back: { aliases: ['the-db'] }, front: { aliases: ['y', 'the-db'] } },
    ],
    ['has no alias where the network is another’s', { network_mode: 'service:web' }, undefined],
    ['has no alias without a network', { network_mode: 'none' }, undefined],
  ])('a fixed one %s', (_, service, networks) => {
    const db = { image: 'x', ...service, container_name: 'the-db' };
    const plan = planOf({ services: { db, web: { image: 'x' } }, networks: { back: {}, front: {} } });
    expect(plan.after.services.db).not.toHaveProperty('container_name');
    expect(plan.after.services.db?.networks).toEqual(networks);
  });

  it('that is the service’s own name needs no alias', () => {
    const plan = planOf({ services: { db: { image: 'x', container_name: 'db' } } });
    expect(plan.override.services.db).not.toHaveProperty('networks');
    expect(told(plan, 'container-name')).toEqual([`silent db => ${PROJECT}-db-1`]);
  });

  it('says under which name it is found', () => {
    const plan = planOf({ services: { db: { image: 'x', container_name: 'the-db' } } });
    expect(told(plan, 'container-name')).toEqual([
      `silent the-db => ${PROJECT}-db-1, reached as "the-db" by its neighbours`,
    ]);
  });

  it('leaves a service without one alone', () => {
    const plan = planOf({ services: { db: { image: 'x' } } });
    expect(told(plan, 'container-name')).toEqual([]);
    expect(plan.override.services.db).not.toHaveProperty('container_name');
  });
});

describe('names of networks and volumes', () => {
  it('are dropped where they are fixed, and the project’s own otherwise', () => {
    const plan = planOf({
      services: { db: { image: 'x', networks: { back: null } } },
      networks: { back: { name: 'shared-net' }, plain: {} },
      volumes: { data: { name: 'shared-data' }, other: null },
    });
    expect(plan.after.networks).toMatchObject({
      back: { name: `${PROJECT}_back` },
      plain: { name: `${PROJECT}_plain` },
    });
    expect(plan.after.volumes).toMatchObject({
      data: { name: `${PROJECT}_data` },
      other: { name: `${PROJECT}_other` },
    });
    expect(told(plan, 'network-name', 'volume-name')).toEqual([
      `silent shared-net => ${PROJECT}_back`,
      `silent shared-data => ${PROJECT}_data`,
    ]);
  });

  it('of two keys that name one object stay one object', () => {
    const plan = planOf({
      services: { a: { image: 'x', networks: { one: null } }, b: { image: 'x', networks: { two: null } } },
      networks: { one: { name: 'shared' }, two: { name: 'shared' } },
      volumes: { x: { name: 'files' }, y: { name: 'files' }, z: { name: 'others' } },
    });
    expect(plan.after.networks).toMatchObject({ one: { name: `${PROJECT}_one` }, two: { name: `${PROJECT}_one` } });
    expect(plan.after.volumes).toMatchObject({
      x: { name: `${PROJECT}_x` },
      y: { name: `${PROJECT}_x` },
      z: { name: `${PROJECT}_z` },
    });
  });

  it('keep the other settings of a network', () => {
    const back = { name: 'shared', driver: 'bridge', internal: true };
    const plan = planOf({ services: { db: { image: 'x', networks: { back: null } } }, networks: { back } });
    expect(plan.after.networks?.back).toMatchObject({ driver: 'bridge', internal: true });
  });

  it.each(['__proto__', 'constructor', 'toString'])('count for an object called %s too', (key) => {
    const plan = planOf({
      services: JSON.parse(`{ "${key}": { "image": "x", "container_name": "fixed" } }`),
      volumes: JSON.parse(`{ "${key}": { "name": "fixed" } }`),
    });
    expect(Object.entries(plan.after.services)).toEqual([
      [key, expect.not.objectContaining({ container_name: 'fixed' })],
    ]);
    expect(Object.entries(plan.after.volumes ?? {})).toMatchObject([[key, { name: `${PROJECT}_${key}` }]]);
  });
});

describe('tags of built images', () => {
  const build = { context: '/repo', dockerfile: 'Dockerfile' };
  const tagOf = (service: ServiceModel, name = 'web') =>
    planOf({ services: { [name]: service } }).after.services[name]?.image ?? '';

  it.each<[string, ServiceModel, RegExp]>([
    ['gets one', { build }, /^docker-manual\/web:dm-[0-9a-f]{8}$/],
    ['keeps its repository', { build, image: 'team/app' }, /^team\/app:dm-[0-9a-f]{8}$/],
    ['loses its tag', { build, image: 'team/app:1.2' }, /^team\/app:dm-[0-9a-f]{8}$/],
    ['keeps a registry’s port', { build, image: 'registry:5000/app' }, /^registry:5000\/app:dm-[0-9a-f]{8}$/],
    ['keeps a registry’s port and loses its tag', { build, image: 'registry:5000/app:1' }, /^registry:5000\/app:dm-/],
    ['loses a digest', { build, image: `app:1@sha256:${'0'.repeat(64)}` }, /^app:dm-[0-9a-f]{8}$/],
    ['is not changed without a build', { image: 'postgres:16' }, /^postgres:16$/],
  ])('an image that is built %s', (what, service, expected) => {
    expect(tagOf(service), what).toMatch(expected);
  });

  it.each(['Web', 'my_App.2', 'a__b', 'web-', '_'])('is a legal reference for a service called %s', (name) => {
    expect(tagOf({ build }, name)).toMatch(/^docker-manual\/[a-z0-9]+(?:[._-][a-z0-9]+)*:dm-[0-9a-f]{8}$/);
  });

  it('tells a build apart by all that goes into it, and copies of one checkout share it', () => {
    const same = [tagOf({ build, image: 'app' }), tagOf({ build: { ...build }, image: 'app' })];
    const others: ServiceModel['build'][] = [
      { ...build, context: '/other-worktree' },
      { ...build, dockerfile: 'Dockerfile.dev' },
      { ...build, target: 'test' } as ServiceModel['build'],
      { ...build, args: { VERSION: '2' } } as ServiceModel['build'],
    ];
    const tags = others.map((other) => tagOf({ build: other as NonNullable<typeof other>, image: 'app' }));
    expect(new Set(same).size).toBe(1);
    expect(new Set([...same, ...tags]).size).toBe(5);
  });

  it('is a notice where the file names the image, and drops further tags', () => {
    const plan = planOf({
      services: { web: { build: { ...build, tags: ['app:latest'] }, image: 'app:1' }, job: { build } },
    });
    expect(plan.hazards.filter((h) => h.kind === 'image-tag').map((h) => [h.service, h.class, h.was])).toEqual([
      ['web', 'notice', 'app:1'],
      ['job', 'silent', `${PROJECT}-job`],
    ]);
    expect(plan.after.services.web?.build).not.toHaveProperty('tags');
  });

  it('reaches the services that run the image without building it', () => {
    const plan = planOf({
      services: {
        worker: { image: 'app:1' },
        web: { image: 'app:1', build },
        other: { image: 'app:2' },
      },
    });
    expect(plan.after.services.worker?.image).toMatch(/^app:dm-/);
    expect(plan.after.services.worker?.image).toBe(plan.after.services.web?.image);
    expect(plan.after.services.other?.image).toBe('app:2');
  });
});
