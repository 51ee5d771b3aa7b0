import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stateKey } from '../../src/manager/state-key.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is the same each time, another one for each purpose, and leaves nothing beside it', () => {
  const key = stateKey(folder, 'pools');
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(stateKey(folder, 'pools')).toBe(key);
  expect(stateKey(folder, 'fingerprint')).not.toBe(key);
  expect(readdirSync(folder).sort()).toEqual(['fingerprint.key', 'pools.key']);
});

it('is made anew where it was cut short', () => {
  writeFileSync(join(folder, 'pools.key'), 'short');
  expect(stateKey(folder, 'pools')).toMatch(/^[0-9a-f]{64}$/);
});
