import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PrivateEngine } from '../../scripts/private-engine.mjs';
import { connectEngine } from '../../src/engine/docker-engine.js';
import { Bench, DAMAGING, HARMLESS, type Said, type Scenario } from '../support/failure-scenarios.js';
import { meaningOf } from '../support/meaning-of.js';
import { FIXTURE_IMAGE, NEVER } from '../support/scope.js';

const missing = PrivateEngine.missing();
const images = [FIXTURE_IMAGE];
/** Room for four networks, the engine's own among them. */
const fewNetworks = ['--default-address-pool', 'base=172.29.0.0/22,size=24'];

/**
 * Every failure as the engine that runs here words it, written down for failures.test.ts, which reads it everywhere. It
 * takes two minutes: `RECORD_FAILURES=1 npx vitest run test/engine/failures.docker.test.ts`, for each new engine.
 */
describe.runIf(process.env.RECORD_FAILURES)('failures of a real engine', () => {
  it('are understood, each and every one', { timeout: 600_000 }, async ({ skip }) => {
    skip(missing !== undefined, missing);
    const said: Recorded[] = [];
    {
      await using bench = new Bench(await PrivateEngine.start({ images, args: fewNetworks }));
      for (const scenario of HARMLESS) {
        said.push({ name: scenario.name, ...(await scenario.provoke(bench)) });
        await bench.clear();
      }
    }
    await using bench = new Bench(await PrivateEngine.start({ images, tmpfs: '24m' }));
    for (const scenario of DAMAGING) {
      await bench.engine.freeDisk();
      await bench.engine.restart();
      await bench.clear();
      said.push({ name: scenario.name, ...(await scenario.provoke(bench)) });
    }
    await record(said);
    for (const { code, params = {}, name } of [...HARMLESS, ...DAMAGING]) {
      const one = said.find((s) => s.name === name) as Recorded;
      expect({ name, ...meaningOf(one)?.toJSON() }, one.text).toMatchObject({ name, code, params });
    }
  });
});

interface Recorded extends Said {
  readonly name: Scenario['name'];
}

async function record(failures: readonly Recorded[]): Promise<void> {
  const { engine } = await connectEngine(process.env).ping(NEVER);
  const file = new URL('fixtures/recorded.json', import.meta.url);
  writeFileSync(file, `${JSON.stringify({ engine, failures }, null, 2)}\n`);
}
