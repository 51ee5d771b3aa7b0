import { expect, it } from 'vitest';
import { memoryNeed } from '../../src/domain/memory-need.js';
import type { ComposeModel, ServiceModel } from '../../src/domain/model.js';
import { formatSize, parseSize } from '../../src/domain/size.js';

const MB = 1024 ** 2;

function needOf(services: Record<string, ServiceModel>, volumes: ComposeModel['volumes'] = {}) {
  const { bytes, estimated } = memoryNeed({ name: 'shop', services, volumes });
  return { mb: bytes / MB, estimated };
}

it('adds up the limits of all replicas, from either place of the file', () => {
  const limited = { deploy: { resources: { limits: { memory: '536870912' } } } };
  expect(needOf({ a: { mem_limit: '4294967296' }, b: limited })).toEqual({ mb: 4608, estimated: [] });
  expect(needOf({ a: { mem_limit: String(100 * MB), deploy: { replicas: 3 } } }).mb).toBe(300);
  expect(needOf({ a: { mem_limit: String(100 * MB), scale: 0 } })).toEqual({ mb: 0, estimated: [] });
});

it('takes an estimate where there is no limit, by the kind of image', () => {
  expect(needOf({ db: { image: 'postgres:16' }, cache: { image: 'redis:7' }, app: { build: {} } })).toEqual({
    mb: 128 + 32 + 128,
    estimated: ['db', 'cache', 'app'],
  });
  expect(needOf({ db: { image: 'postgres:16', mem_limit: '0' } }).estimated).toEqual(['db']);
});

it('adds the sizes of tmpfs: short, long, and volumes that several services use once', () => {
  const app: ServiceModel = {
    mem_limit: String(10 * MB),
    tmpfs: ['/run:mode=755,size=64m', '/tmp'],
    volumes: [
      { type: 'tmpfs', target: '/x', tmpfs: { size: String(100 * MB) } },
      { type: 'volume', source: 'data', target: '/y' },
    ],
  };
  const data = { driver_opts: { type: 'tmpfs', device: 'tmpfs', o: 'size=200m,uid=1000' } };
  expect(needOf({ app }, { data }).mb).toBe(10 + 64 + 16 + 100 + 200);
  expect(needOf({ app, again: { ...app, tmpfs: [] } }, { data }).mb).toBe(10 + 64 + 16 + 100 + 200 + 10 + 100);
});

it('reads and writes sizes as Docker does', () => {
  expect(['24g', '512m', '1.5GiB', '1024', '2kb', '7 MB'].map(parseSize)).toEqual([
    24 * 1024 ** 3,
    512 * MB,
    1.5 * 1024 ** 3,
    1024,
    2048,
    7 * MB,
  ]);
  expect(['', 'g', '24x', '-1g', '1e9', '4 g b'].map(parseSize)).toEqual(Array(6).fill(undefined));
  expect([4 * 1024 ** 3, 1.25 * 1024 ** 3, 512 * MB, 2048, -4 * 1024 ** 3].map(formatSize)).toEqual([
    '4 GB',
    '1.3 GB',
    '512 MB',
    '2 KB',
    '-4 GB',
  ]);
});
