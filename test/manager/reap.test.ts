import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import type { LeaseRecord } from '../../src/domain/lease.js';
import type { ContainerSummary, Engine, VolumeObject } from '../../src/engine/engine.js';
import { type Config, readConfig } from '../../src/manager/config.js';
import { reap } from '../../src/manager/reap.js';

const lease = { spec: {}, id: 'a1', project: 'shop-a1', createdAt: 1_000_500 } as LeaseRecord;
const labels = { [LABEL.lease]: 'a1' };
const anonymous = (name: string, createdAt = 1_001_000): VolumeObject => {
  return { id: name, name, labels: { 'com.docker.volume.anonymous': '' }, createdAt };
};
const [OURS, OTHERS, OLDER] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];

let stateDir: string;
let config: Config;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'dm-reap-'));
  config = readConfig({ stateDir });
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

it('removes the anonymous volume of a container that the engine has removed without it', async () => {
  const container: ContainerSummary = {
    id: 'c1',
    name: 'shop-a1-web-1',
    labels,
    image: '',
    service: 'web',
    status: 'running',
    text: 'Up',
    published: [],
    networks: [],
    volumes: [OURS, OLDER, 'shop-a1_data'],
  };
  let containers = [container];
  let volumes = [anonymous(OURS), anonymous(OTHERS), anonymous(OLDER, 999_000)];
  let dies = true;
  const engine = {
    containers: async () => containers,
    networks: async () => [],
    volumes: async () => volumes,
    removeContainer: async () => {
      containers = [];
      if (dies) throw new Error('the engine was restarted');
    },
    removeVolume: async (name: string) => {
      if (dies) throw new Error('the engine was restarted');
      volumes = volumes.filter((volume) => volume.name !== name);
    },
  } as unknown as Engine;
  await expect(reap(config, engine, lease, { emptyScans: 1 })).rejects.toMatchObject({ code: 'RELEASE_INCOMPLETE' });
  dies = false;
  await reap(config, engine, lease, { emptyScans: 1 });
  expect(volumes.map((volume) => volume.name)).toEqual([OTHERS, OLDER]);
});

it('removes what is of one kind at once, and volumes only when nothing uses them any more', async () => {
  const names = ['web', 'db', 'mail'];
  let left = { containers: names, networks: names, volumes: names };
  const order: string[] = [];
  let waiting: (() => void)[] = [];
  // Each removal ends when all three of its kind have been asked for: one after the other would wait for ever.
  const remove = (kind: keyof typeof left) => async (name: string) => {
    order.push(kind);
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length < names.length) return;
      for (const go of waiting) go();
      waiting = [];
    });
    left = { ...left, [kind]: left[kind].filter((each) => each !== name) };
  };
  const listed = (kind: keyof typeof left) => async () =>
    left[kind].map((name) => ({ id: name, name, labels, createdAt: 1_001_000, volumes: [] }));
  const engine = {
    containers: listed('containers'),
    networks: listed('networks'),
    volumes: listed('volumes'),
    removeContainer: remove('containers'),
    removeNetwork: remove('networks'),
    removeVolume: remove('volumes'),
  } as unknown as Engine;
  await reap(config, engine, lease, { emptyScans: 1 });
  expect(left).toEqual({ containers: [], networks: [], volumes: [] });
  expect(order).toEqual([
    ...names.map(() => 'containers'),
    ...names.map(() => 'networks'),
    ...names.map(() => 'volumes'),
  ]);
});
