import { existsSync } from 'node:fs';
import { afterAll } from 'vitest';
import { connectEngine } from '../../src/engine/docker-engine.js';
import { leftovers, stateFolders } from './scope.js';

/** A test file that leaves a container, network, volume or lease behind has failed, whatever its tests said. */
afterAll(async () => {
  const engine = connectEngine(process.env);
  for (const folder of stateFolders) {
    const left = existsSync(folder) ? await leftovers(folder, engine) : [];
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  }
});
