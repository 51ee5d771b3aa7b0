import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const IMAGE = process.env.FIXTURE_IMAGE ?? 'dm-test-fixture';

/** What every name of the harness begins with. */
export const BASE = 'chaos';

/**
 * A small stack with one of each thing that can be left behind: a one-shot, named and anonymous volumes, two networks,
 * published ports, dependencies, a volume and a network whose names the file fixes (and that exist already, as decoys).
 */
const STACK = {
  services: {
    init: { image: IMAGE, entrypoint: ['sleep', '0.2'], healthcheck: { disable: true }, networks: ['front'] },
    db: {
      image: IMAGE,
      environment: { HEALTHY_AFTER: '0.3' },
      volumes: ['data:/data', 'precious:/precious', '/anonymous'],
      networks: ['front', 'back'],
      ports: ['18080:8080'],
    },
    web: {
      image: IMAGE,
      volumes: ['/anonymous'],
      networks: ['back'],
      ports: ['18081:8080'],
      depends_on: { db: { condition: 'service_healthy' }, init: { condition: 'service_completed_successfully' } },
    },
  },
  networks: { front: { name: `${BASE}-front` }, back: {} },
  volumes: { data: {}, precious: { name: `${BASE}-precious` } },
};

/** Writes the stack's compose file (JSON is YAML) into a folder and returns its path. */
export function writeStack(folder, stack = STACK) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'compose.yml');
  writeFileSync(file, JSON.stringify(stack));
  return file;
}
