import { describe, expect, it } from 'vitest';
import { hasHealthcheck } from '../../../src/domain/hazards/timing.js';
import type { HealthcheckModel, ServiceModel } from '../../../src/domain/model.js';
import { planOf, told } from '../../support/plan-of.js';

const check: HealthcheckModel = { test: ['CMD', 'true'], interval: '30s', timeout: '5s', retries: 3 };

describe('health checks', () => {
  it.each<[string, HealthcheckModel | undefined, boolean]>([
    ['with a test', check, true],
    ['without one', { interval: '5s' }, false],
    ['disabled', { ...check, disable: true }, false],
    ['of the word NONE', { test: ['NONE'] }, false],
    ['not at all', undefined, false],
  ])('%s', (_, healthcheck, expected) => {
    const service: ServiceModel = { image: 'x', ...(healthcheck ? { healthcheck } : {}) };
    expect(hasHealthcheck(service)).toBe(expected);
    const plan = planOf({ services: { a: service } }, { accelerateFor: 60_000 });
    expect(told(plan, 'health-timing')).toEqual(expected ? ['silent every 30s => every 100ms until it is ready'] : []);
    expect('healthcheck' in (plan.override.services.a ?? {})).toBe(expected);
  });

  it('keep their test, interval, timeout and retries', () => {
    const plan = planOf({ services: { a: { image: 'x', healthcheck: check } } }, { accelerateFor: 1500 });
    expect(plan.after.services.a?.healthcheck).toEqual({ ...check, start_period: '2s', start_interval: '100ms' });
  });

  it('are not touched when that is not wanted', () => {
    const plan = planOf({ services: { a: { image: 'x', healthcheck: check } } }, { accelerateFor: null });
    expect(plan.override.services.a).not.toHaveProperty('healthcheck');
  });

  it.each([
    [1, '100ms'],
    [2, '100ms'],
    [8, '200ms'],
    [50, '500ms'],
  ])('of %i services share forty probes a second', (count, every) => {
    const services = Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`s${i}`, { image: 'x', healthcheck: check }]),
    );
    const plan = planOf({ services: { ...services, silent: { image: 'x' } } }, { accelerateFor: 1000 });
    expect(plan.after.services.s0?.healthcheck?.start_interval).toBe(every);
  });
});

describe('logs', () => {
  it.each<[string, ServiceModel['logging'], string[], object | undefined]>([
    [
      'get a cap',
      undefined,
      ['log-cap silent'],
      { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
    ],
    ['that are set up stay', { driver: 'json-file' }, [], { driver: 'json-file' }],
    ['that have options only stay', { options: { 'max-size': '1m' } }, [], { options: { 'max-size': '1m' } }],
    ['of this machine stay', { driver: 'journald' }, [], { driver: 'journald' }],
    ['that are off stay off', { driver: 'none' }, [], { driver: 'none' }],
    ['that go elsewhere are told', { driver: 'fluentd' }, ['log-driver notice'], { driver: 'fluentd' }],
    [
      'that go through a plugin are told',
      { driver: 'grafana/loki-docker-driver:latest' },
      ['log-driver notice'],
      { driver: 'grafana/loki-docker-driver:latest' },
    ],
  ])('%s', (_, logging, hazards, after) => {
    const plan = planOf({ services: { a: { image: 'x', ...(logging ? { logging } : {}) } } });
    expect(plan.hazards.map((h) => `${h.kind} ${h.class}`)).toEqual(hazards);
    expect(plan.after.services.a?.logging).toEqual(after);
  });
});
