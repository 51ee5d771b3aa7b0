import { expect, it } from 'vitest';
import { buildScope, isLockFile } from '../../../src/domain/build/policy.js';

const HOUR = 3_600_000;
const now = 1_800_000_000_000;

it.each([
  ['dev', false, undefined, 'app'],
  ['dev', true, undefined, 'app'],
  ['test', false, undefined, 'app'],
  ['prod', false, now - HOUR, 'all'],
  ['test', true, undefined, 'all'],
  ['test', true, now - 25 * HOUR, 'all'],
  ['test', true, now - 23 * HOUR, 'app'],
] as const)('auto for %s, CI %s, last full build %s: %s', (kind, ci, lastFullBuild, scope) => {
  expect(buildScope('auto', { kind, ci, lastFullBuild, now })).toBe(scope);
});

it('any other policy is what it says', () => {
  for (const policy of ['app', 'all', 'none'] as const) {
    expect(buildScope(policy, { kind: 'prod', ci: true, lastFullBuild: undefined, now })).toBe(policy);
  }
});

it.each([
  'package-lock.json',
  'web/yarn.lock',
  'pnpm-lock.yaml',
  'requirements-dev.txt',
  'go.sum',
  'Cargo.lock',
  'uv.lock',
  'bun.lockb',
])('%s is a lock file', (path) => expect(isLockFile(path)).toBe(true));

it.each(['package.json', 'lock.txt', 'package-lock.json.bak'])('%s is none', (path) =>
  expect(isLockFile(path)).toBe(false),
);
