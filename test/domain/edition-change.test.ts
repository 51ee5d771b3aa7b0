import { describe, expect, it } from 'vitest';
import { editionChange, fingerprintText, type Makings } from '../../src/domain/edition-change.js';
import type { ComposeModel, ServiceModel } from '../../src/domain/model.js';
import { type Override, Replace } from '../../src/domain/override.js';

const NOTHING: Override = { services: {}, networks: {}, volumes: {} };

function textOf(service: ServiceModel, more: Partial<ComposeModel> = {}, override: Override = NOTHING): string {
  return fingerprintText({ name: 'shop', services: { web: service }, ...more }, override, 'web');
}

describe('what a service is made of', () => {
  const plain: ServiceModel = { image: 'web', environment: { A: '1' } };

  it.each<[string, ServiceModel]>([
    ['a variable', { ...plain, environment: { A: '2' } }],
    ['a command', { ...plain, command: ['run'] }],
    ['a mount', { ...plain, volumes: [{ type: 'volume', source: 'data', target: '/data' }] }],
    ['replicas', { ...plain, deploy: { replicas: 2 } }],
  ])('is something else with %s', (_, service) => {
    expect(textOf(service)).not.toBe(textOf(plain));
  });

  it.each<[string, ServiceModel]>([
    ['what it waits for', { ...plain, depends_on: { db: { condition: 'service_healthy' } } }],
    ['how it is built', { ...plain, build: { context: '.' } }],
    ['its profiles', { ...plain, profiles: ['web'] }],
  ])('is the same whatever is said of %s', (_, service) => {
    expect(textOf(service)).toBe(textOf(plain));
  });

  it('has the secrets, configs, volumes and networks that it names, and no others', () => {
    const named = { ...plain, secrets: [{ source: 'key' }], networks: { back: null } };
    const one = textOf(named, { secrets: { key: { file: '/one' } }, networks: { back: {} } });
    expect(textOf(named, { secrets: { key: { file: '/two' } }, networks: { back: {} } })).not.toBe(one);
    expect(textOf(named, { secrets: { key: { file: '/one' } }, networks: { back: { driver: 'x' } } })).not.toBe(one);
    expect(textOf(named, { secrets: { key: { file: '/one' }, other: {} }, networks: { back: {} } })).toBe(one);
  });

  it('has what is overridden, and whether that is added or put in place', () => {
    const override = (labels: unknown): Override => ({ ...NOTHING, services: { web: { labels } } });
    expect(textOf(plain, {}, override({ a: '1' }))).not.toBe(textOf(plain));
    expect(textOf(plain, {}, override(new Replace({ a: '1' })))).not.toBe(textOf(plain, {}, override({ a: '1' })));
  });
});

it('changes are services of another making, another image behind the same name, new ones; and those that are gone', () => {
  const making = (fingerprint: string, imageId: string | null = 'id') => ({ fingerprint, image: 'web', imageId });
  const before: Makings = { same: making('a'), other: making('a'), image: making('a'), gone: making('a') };
  const next: Makings = { same: making('a'), other: making('b'), image: making('a', 'new'), late: making('a') };
  expect(editionChange(before, next)).toEqual({ changed: ['other', 'image', 'late'], removed: ['gone'] });
});
