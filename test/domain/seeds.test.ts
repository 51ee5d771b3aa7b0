import { describe, expect, it } from 'vitest';
import type { ComposeModel, ServiceModel } from '../../src/domain/model.js';
import { planEnvironment } from '../../src/domain/plan.js';
import {
  checkSeeds,
  type SeedInputs,
  type Seeds,
  seededFolders,
  seedText,
  withDependencies,
} from '../../src/domain/seeds.js';

const DATA = '/var/lib/postgresql/data';

function model(db: ServiceModel = {}, volumes: ComposeModel['volumes'] = { data: { name: 'x_data' } }): ComposeModel {
  return { name: 'x', services: { db: { image: 'postgres', ...db }, api: { image: 'api', depends_on: {} } }, volumes };
}

describe('the folders of a seeded service', () => {
  const named = { volumes: [{ type: 'volume', source: 'data', target: `${DATA}/` }] };

  it.each<[string, ServiceModel, readonly string[], readonly unknown[]]>([
    ['a volume with a name', named, [DATA], [{ target: DATA, key: 'data' }]],
    ['one that only the image asks for', {}, [DATA], [{ target: DATA, key: undefined }]],
    [
      'both',
      named,
      [DATA, '/other'],
      [
        { target: DATA, key: 'data' },
        { target: '/other', key: undefined },
      ],
    ],
    [
      'not a folder of the host',
      { volumes: [{ type: 'bind', source: '/x', target: '/x' }, ...named.volumes] },
      [],
      [{ target: DATA, key: 'data' }],
    ],
  ])('are %s', (_, service, byImage, folders) => {
    expect(seededFolders(model(service), 'db', {}, byImage)).toEqual(folders);
  });

  it.each<[string, ComposeModel, string | undefined, string]>([
    ['nothing is kept', model(), undefined, 'keeps nothing on a volume'],
    ['it is in memory', model({ tmpfs: [`${DATA}:size=1g`] }), undefined, 'in memory (tmpfs) cannot be seeded'],
    [
      'its volume is somebody else’s',
      model(named, { data: { external: true } }),
      undefined,
      'keeps nothing on a volume',
    ],
    [
      'its volume says where it lies',
      model(named, { data: { driver_opts: { type: 'nfs' } } }),
      undefined,
      'keeps nothing',
    ],
    [
      'the volume has another name',
      model(named),
      'dota',
      'has no volume "dota" that could be seeded (there are: data)',
    ],
  ])('are refused where %s', (_, files, volume, reason) => {
    const seed = volume === undefined ? {} : { volume };
    const byImage = files.services.db?.tmpfs ? [DATA] : [];
    expect(() => seededFolders(files, 'db', seed, byImage)).toThrow(reason);
  });

  it.each<[Seeds, string]>([
    [{ bd: {} }, 'there is no service "bd"; did you mean "db"?'],
    [{ db: { comand: 'x' } as object }, 'db.comand is none of command, files, volume'],
    [{ db: { command: 'a | b' } }, 'write ["sh", "-c", "a | b"]'],
  ])('cannot be asked for as %j', (seeds, reason) => {
    expect(() => checkSeeds(model(), seeds)).toThrow(reason);
  });

  it('cannot be those of several containers', () => {
    expect(() => checkSeeds(model({ scale: 2 }), { db: {} })).toThrow('"db" has 2 containers, and one is needed');
  });
});

describe('what a seed is known by', () => {
  const folders = [{ target: DATA, key: 'data' }];
  const inputs: SeedInputs = {
    model: model({ environment: { A: '1', B: '2' } }),
    service: 'db',
    seed: { command: 'npm run migrate', files: ['m/**'] },
    folders,
    image: 'sha256:1',
    contents: { 'file m/**': 'a', '/docker-entrypoint-initdb.d': 'b' },
    tuned: false,
  };

  it('is the same for the same, in whatever order it is written and whatever the environment is called', () => {
    const services = { db: { environment: { B: '2', A: '1' }, image: 'postgres' }, other: {} };
    const reordered = { name: 'y', services, volumes: { data: { name: 'y_data' } } };
    const contents = { '/docker-entrypoint-initdb.d': 'b', 'file m/**': 'a' };
    expect(seedText({ ...inputs, model: reordered, contents })).toBe(seedText(inputs));
  });

  it.each<[string, Partial<SeedInputs>]>([
    ['image', { image: 'sha256:2' }],
    ['command', { seed: { command: 'npm run other', files: ['m/**'] } }],
    ['list of files', { seed: { command: 'npm run migrate' } }],
    ['content of a file', { contents: { ...inputs.contents, 'file m/**': 'c' } }],
    ['init script', { contents: { ...inputs.contents, '/docker-entrypoint-initdb.d': 'c' } }],
    ['environment', { model: model({ environment: { A: '1', B: '3' } }) }],
    [
      'command of the service',
      { model: model({ environment: { A: '1', B: '2' }, command: ['postgres', '-c', 'x=y'] }) },
    ],
    ['driver of the volume', { model: model({ environment: { A: '1', B: '2' } }, { data: { driver: 'zfs' } }) }],
    [
      'label of the volume',
      { model: model({ environment: { A: '1', B: '2' } }, { data: { labels: { a: 'b' } } as object }) },
    ],
    ['folder', { folders: [{ target: '/elsewhere', key: 'data' }] }],
    ['tuning', { tuned: true }],
  ])('is another with another %s', (_, change) => {
    expect(seedText({ ...inputs, ...change })).not.toBe(seedText(inputs));
  });
});

it('prepares with what the service waits for, and nothing else', () => {
  const dependency = { condition: 'service_healthy' } as const;
  const services = { db: { depends_on: { disk: dependency } }, disk: {}, api: { depends_on: { db: dependency } } };
  expect(Object.keys(withDependencies({ name: 'x', services }, ['db']).services)).toEqual(['db', 'disk']);
});

it('plans a volume with a name for a folder that has none, filled from the seed where there is one', () => {
  const planOf = (from: string | undefined) =>
    planEnvironment({
      model: model(),
      project: 'p-1',
      firstPort: 0,
      portMode: 'range',
      subnets: new Map(),
      host: '127.0.0.1',
      labels: () => ({ ours: 'yes' }),
      decisions: {},
      facts: { projectRoot: '/', paths: {}, images: {} },
      accelerateFor: null,
      seeds: [{ service: 'db', folders: [{ target: DATA, key: undefined, from }] }],
    });
  const key = 'dm-seed-db-var-lib-postgresql-data';
  const mount = { type: 'volume', source: key, target: DATA };

  const first = planOf(undefined);
  expect(first.override.volumes[key]).toEqual({ labels: { ours: 'yes' } });
  expect(first.override.services.db?.volumes).toEqual({ value: [mount] });
  expect(first.copies).toEqual([]);

  const next = planOf('dm-seed-1');
  expect(next.override.services.db?.volumes).toEqual({ value: [{ ...mount, volume: { nocopy: true } }] });
  const from = { type: 'volume', source: 'dm-seed-1' };
  expect(next.copies).toEqual([{ from, to: `p-1_${key}`, image: 'postgres', early: { key, driver: undefined } }]);
});
