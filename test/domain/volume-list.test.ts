import { expect, it } from 'vitest';
import { type PurgeChoice, planPurge, unclearNames, type VolumeEntry } from '../../src/domain/volume-list.js';

const DAY = 86_400_000;
const NOW = 100 * DAY;

function entry(kind: VolumeEntry['kind'], name: string, more: Partial<VolumeEntry> = {}): VolumeEntry {
  const times = { createdAt: NOW - 9 * DAY, usedAt: NOW - 8 * DAY };
  return {
    kind,
    name,
    state: 'ready',
    volumes: [name],
    services: [],
    project: '',
    bytes: 1,
    users: [],
    ...times,
    ...more,
  };
}

const ENTRIES = [
  entry('seed', 'abc1'),
  entry('seed', 'abd2', { usedAt: NOW - DAY }),
  entry('seed', 'used', { users: ['x-db-1'] }),
  entry('seed', 'begun', { state: 'making' }),
  entry('seed', 'left', { state: 'unfinished', usedAt: undefined }),
  entry('snapshot', 'mine'),
  entry('kept', 'shop-dev'),
  entry('kept', 'shop-prod', { state: 'making' }),
];

it.each<[PurgeChoice, string[]]>([
  [{}, ['abc1', 'abd2', 'left']],
  [{ idle: 7 * DAY }, ['abc1', 'left']],
  [{ kinds: ['snapshot'] }, ['mine']],
  [{ kinds: ['kept'] }, ['shop-dev']],
  [{ names: ['mine'] }, ['mine']],
  [{ names: ['shop-d'] }, ['shop-dev']],
  [{ names: ['used', 'begun'] }, []],
  [{ names: ['ab'] }, []],
  [{ names: ['mine'], kinds: ['seed'] }, []],
  [{ names: ['abd2'], idle: 7 * DAY }, []],
])('a purge of %j removes %j', (choice, removed) => {
  const steps = planPurge(ENTRIES, choice, NOW);
  expect(steps.filter(({ action }) => action === 'remove').map((step) => step.entry.name)).toEqual(removed);
});

it('says why it keeps what was asked for', () => {
  const steps = planPurge(ENTRIES, { idle: 7 * DAY }, NOW).filter(({ action }) => action === 'keep');
  expect(steps.map(({ cause }) => cause)).toEqual(['last used 24h ago', 'used by x-db-1', 'it is being made']);
});

it('takes no word that means nothing, or several things', () => {
  expect(unclearNames(ENTRIES, { names: ['mine', 'ab', 'x', 'abc'] })).toEqual(['ab', 'x']);
});
