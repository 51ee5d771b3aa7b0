import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Disturbance } from '../../bench/support/disturbance.mjs';
import { EngineProxy, engineSocket } from '../../bench/support/engine-proxy.mjs';
import { EnvironmentError } from '../../src/domain/errors.js';
import type { Lease } from '../../src/manager/lease.js';
import { createManager } from '../../src/manager/manager.js';
import type { Progress } from '../../src/manager/progress.js';
import { composeText, type Scenario, scenarios } from '../support/readiness-scenarios.mjs';
import { Scope } from '../support/scope.js';

/** How far from its wait timeout an acquire may end on an engine that does not answer. Milliseconds. */
const PRECISION = 250;
/** What two busy cores add to that. Milliseconds. */
const NOISE = 500;

type Outcome = { readonly lease: Lease } | { readonly error: EnvironmentError };

const calm = scenarios.filter(({ disturbance }) => !disturbance);
const removed = scenarios.filter(({ disturbance }) => disturbance === 'remove');

describe('ready means ready, failed means failed', () => {
  it.concurrent.each(calm)('$name: $expected', async (scenario) => {
    await using scope = new Scope({ env: { ...process.env, DM_RUN: name() } });
    const file = scope.file('compose.yml', composeText(scenario));
    const from = performance.now();
    const outcome = await attempt(scope.manager.acquire({ files: [file], waitTimeout: scenario.seconds * 1000 }));
    const waited = performance.now() - from;
    await using lease = 'lease' in outcome ? outcome.lease : null;
    expectVerdict(scenario, outcome);
    if (!lease) return;
    if (scenario.notBefore) expect(waited).toBeGreaterThan(scenario.notBefore);
    if (scenario.answers) {
      const page = await fetch(`http://127.0.0.1:${lease.services.web?.ports['8080/tcp']}/`);
      expect(page.status).toBe(200);
    }
  });
});

describe('a failure of somebody else is told as such', () => {
  it.each(removed)('$name', async (scenario) => {
    const run = name();
    await using scope = new Scope({ env: { ...process.env, DM_RUN: run } });
    const file = scope.file('compose.yml', composeText(scenario));
    await using _disturbance = new Disturbance('remove', run, undefined);
    const outcome = await attempt(scope.manager.acquire({ files: [file], waitTimeout: scenario.seconds * 1000 }));
    await using _lease = 'lease' in outcome ? outcome.lease : null;
    expectVerdict(scenario, outcome);
  });

  const socket = engineSocket();
  it.runIf(socket)('connection to the engine ends while waiting', async () => {
    await using broken = await BrokenEngine.of('cut');
    const { outcome } = await broken.acquire();
    expectVerdict(broken.scenario, outcome);
  });

  it.runIf(socket)(
    'the wait timeout holds while the engine hangs',
    async () => {
      await using broken = await BrokenEngine.of('freeze');
      const { outcome, waited } = await broken.acquire();
      expectVerdict(broken.scenario, outcome);
      const late = waited - broken.scenario.seconds * 1000;
      expect(late).toBeGreaterThan(-PRECISION);
      expect(late).toBeLessThan(PRECISION + NOISE);
    },
    120_000,
  );
});

/**
 * A manager that reaches the engine through a proxy which fails while it waits. Disposing proves that the next command
 * on the same state folder, with the engine back, removes what could not be removed then.
 */
class BrokenEngine implements AsyncDisposable {
  readonly scenario: Scenario;
  readonly #run = name();
  readonly #folder = mkdtempSync(join(tmpdir(), 'dm-test-proxy-'));
  readonly #scope = new Scope();
  readonly #proxy = new EngineProxy(join(this.#folder, 'docker.sock'), engineSocket() ?? '');

  static async of(disturbance: 'freeze' | 'cut'): Promise<BrokenEngine> {
    const broken = new BrokenEngine(disturbance);
    await broken.#proxy.open();
    return broken;
  }

  private constructor(disturbance: 'freeze' | 'cut') {
    this.scenario = scenarios.find((each) => each.disturbance === disturbance) as Scenario;
  }

  /** `waited`: from the creation of the first container, where the wait timeout begins, to the answer. Milliseconds. */
  async acquire(): Promise<{ outcome: Outcome; waited: number }> {
    const file = this.#scope.file('compose.yml', composeText(this.scenario));
    let begun = 0;
    const onProgress = (progress: Progress) => {
      if (progress.type === 'step' && progress.step === 'create') begun = performance.now();
    };
    const env = { ...process.env, DM_RUN: this.#run, DOCKER_HOST: this.#proxy.url };
    const manager = createManager({ stateDir: this.#scope.stateDir, env, onProgress });
    await using _ = new Disturbance(this.scenario.disturbance as 'freeze' | 'cut', this.#run, this.#proxy);
    try {
      const outcome = await attempt(
        manager.acquire({ files: [file], waitTimeout: this.scenario.seconds * 1000, name: 'broken' }),
      );
      return { outcome, waited: performance.now() - begun };
    } finally {
      await manager.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#proxy.thaw();
    await this.#proxy[Symbol.asyncDispose]();
    await this.#scope.manager.clean({ all: true });
    await this.#scope[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function expectVerdict({ expected, code, says }: Scenario, outcome: Outcome): void {
  if ('lease' in outcome) {
    expect('ready').toBe(expected);
    return;
  }
  const { error } = outcome;
  expect({ verdict: 'failed', code: error.code, message: error.message }).toEqual({
    verdict: expected,
    code,
    message: expect.stringMatching(says ?? /./),
  });
}

async function attempt(acquire: Promise<Lease>): Promise<Outcome> {
  try {
    return { lease: await acquire };
  } catch (error) {
    if (error instanceof EnvironmentError) return { error };
    throw error;
  }
}

function name(): string {
  return randomBytes(4).toString('hex');
}
