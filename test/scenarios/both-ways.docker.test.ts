import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../src/domain/errors.js';
import { composeText, type Scenario, scenarios } from '../support/readiness-scenarios.mjs';
import { Scope } from '../support/scope.js';

/** One of each kind of verdict; readiness.docker.test.ts has them all, by the API alone. */
const NAMES = [
  'one-shot, exit 0, nobody depends on it',
  'one-shot, exit 1, nobody depends on it',
  'one-shot, exit 0, depended on',
  'one-shot, exit 1, depended on',
  'server with published port exits with 0',
  'no such executable',
  'crash at 0 s, with health check',
  'crash at 0.5 s, no health check, published port',
  'crash loop, restart: always, no health check',
  'crashes twice, then recovers (restart: always)',
  'out of memory: the main process',
  'unhealthy first, then recovers',
  'unhealthy for ever',
  'no health check, listens after 2 s',
  'chain of 4 by service_healthy',
  'dependency that crashes',
  'dependency that never gets healthy',
  'depends_on service_started',
  'two replicas',
];

/** What a start has come to, without what differs from run to run. */
interface Verdict {
  readonly verdict: 'ready' | 'failed';
  readonly services?: Readonly<Record<string, string>>;
  readonly code?: string;
  /** The message's first line, as far as it does not depend on the moment. */
  readonly says?: string;
}

describe('what Compose has to start gets the verdict that it gets through the API', () => {
  it.concurrent.each(NAMES)(
    '%s',
    async (name) => {
      const scenario = scenarioOf(name);
      const [api, compose] = await Promise.all([verdictOf(scenario), verdictOf(startedByCompose(scenario))]);
      expect(api.verdict).toBe(scenario.expected);
      expect(compose).toEqual(api);
    },
    120_000,
  );

  it.each([
    ['recovers before anything else fails', { retries: 1, HEALTHY_AFTER: '3' }, 'ready'],
    ['stays so', { retries: 1, HEALTHY_AFTER: '60' }, 'failed'],
  ])('a dependency that the engine calls unhealthy and that %s', async (_, { retries, HEALTHY_AFTER }, expected) => {
    // As the file has it: accelerated, nothing is unhealthy before the deadline. Compose's own `up` ends here.
    const timing = { interval: '500ms', timeout: '1s', start_period: '1ms', start_interval: '500ms', retries };
    const healthcheck = { test: ['CMD', '/health.sh'], ...timing };
    const [dependency, web] = [scenarioOf('unhealthy for ever').services.web, scenarioOf('two replicas').services.web];
    const services = {
      db: { ...dependency, environment: { HEALTHY_AFTER }, healthcheck },
      web: { ...web, deploy: {}, depends_on: { db: { condition: 'service_healthy' } } },
    };
    const scenario = { ...scenarioOf('unhealthy for ever'), services, seconds: expected === 'ready' ? 20 : 4 };
    const options = { accelerate: false };
    const verdicts = [verdictOf(scenario, options), verdictOf(startedByCompose(scenario), options)];
    const [api, compose] = await Promise.all(verdicts);
    expect(api?.verdict).toBe(expected);
    expect(compose).toEqual(api);
  });
});

function scenarioOf(name: string): Scenario {
  return scenarios.find((each) => each.name === name) as Scenario;
}

/** The same with an inline config in every service, of which only Compose knows how to put it in its place. */
function startedByCompose(scenario: Scenario): Scenario & { readonly configs: object } {
  const services = Object.entries(scenario.services).map(([name, service]) => [
    name,
    { ...service, configs: [{ source: 'note', target: '/note' }] },
  ]);
  return { ...scenario, services: Object.fromEntries(services), configs: { note: { content: 'by Compose' } } };
}

async function verdictOf(
  scenario: Scenario & { readonly configs?: object },
  options: { readonly accelerate?: boolean } = {},
): Promise<Verdict> {
  await using scope = new Scope({ env: { ...process.env, DM_RUN: randomBytes(4).toString('hex') } });
  const text = { ...JSON.parse(composeText(scenario)), ...(scenario.configs ? { configs: scenario.configs } : {}) };
  const file = scope.file('compose.yml', JSON.stringify(text));
  // Ten environments at a time: each takes longer than alone, and a deadline must not come before the last has started.
  const waitTimeout = scenario.seconds * 4000;
  try {
    await using lease = await scope.manager.acquire({ files: [file], name: 'run', waitTimeout, ...options });
    const states = Object.entries(lease.services).map(([name, { state }]) => [name, state]);
    return { verdict: 'ready', services: Object.fromEntries(states) };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    // A probe may not have run yet when the time is over, and of an OOM kill the engine tells before the end or with it.
    const line = error.message.split('\n')[0] ?? '';
    const says = line.replace(/health check[^)]*/g, 'health check').replace(/web" .*\(OOM\)/, 'web" OOM');
    return { verdict: 'failed', code: error.code, says };
  }
}
