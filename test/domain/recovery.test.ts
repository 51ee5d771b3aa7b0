import { describe, expect, it } from 'vitest';
import type { ContainerGlance } from '../../src/domain/health.js';
import { mayRecover, type Permission, type ReadyService, standingOf } from '../../src/domain/recovery.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const NOW = 60 * MINUTE;

describe('mayRecover', () => {
  const no = (why: string): Permission => ({ may: 'no', why });
  it.each<[string, number[], number, Permission]>([
    ['the first one', [], 0, { may: 'now' }],
    ['right after another', [NOW], 0, { may: 'later', at: NOW + 30 * SECOND }],
    ['just before the cool-down is over', [NOW - 29_999], 0, { may: 'later', at: NOW + 1 }],
    ['when it is over', [NOW - 30 * SECOND], 0, { may: 'now' }],
    ['a second time in one incident', [NOW - 40 * SECOND], 1, { may: 'now' }],
    ['a third time in one incident', [NOW - 80 * SECOND, NOW - 40 * SECOND], 2, no('tried 2 times')],
    ['a third incident', [NOW - 4 * MINUTE, NOW - 2 * MINUTE], 0, { may: 'now' }],
    [
      'a fourth within five minutes',
      [NOW - 4 * MINUTE, NOW - 3 * MINUTE, NOW - 2 * MINUTE],
      0,
      no('3 recoveries within 5 minutes'),
    ],
    [
      'a fourth when the first is five minutes ago',
      [NOW - 5 * MINUTE, NOW - 3 * MINUTE, NOW - MINUTE],
      0,
      { may: 'now' },
    ],
    ['after many that are long ago', [1, 2, 3, 4, 5], 0, { may: 'now' }],
  ])('%s', (_, ended, ofIncident, expected) => expect(mayRecover(ended, ofIncident, NOW)).toEqual(expected));
});

describe('standingOf', () => {
  const server: ReadyService = { state: 'running', ports: { '80/tcp': 30000 } };
  const checked: ReadyService = { state: 'healthy', ports: {} };
  const script: ReadyService = { state: 'running', ports: {} };
  const done: ReadyService = { state: 'completed', ports: {} };
  const up: ContainerGlance = { status: 'running', text: 'Up 3 minutes' };
  const healthy: ContainerGlance = { status: 'running', text: 'Up 3 minutes (healthy)' };
  const unhealthy: ContainerGlance = { status: 'running', text: 'Up 3 minutes (unhealthy)' };
  const starting: ContainerGlance = { status: 'running', text: 'Up 3 seconds (health: starting)' };
  const restarting: ContainerGlance = { status: 'restarting', text: 'Restarting (3) 1 second ago' };
  const exited = (code: number): ContainerGlance => ({ status: 'exited', text: `Exited (${code}) 2 seconds ago` });

  it.each<[string, ReadyService, ContainerGlance[], number[], string]>([
    ['healthy', checked, [healthy], [], 'well'],
    ['no health check', server, [up], [], 'well'],
    ['unhealthy', checked, [unhealthy], [], 'is unhealthy'],
    ['one of two unhealthy', checked, [healthy, unhealthy], [], 'is unhealthy'],
    ['on its way', checked, [starting], [], 'starting'],
    ['restarted by its policy', server, [restarting], [NOW], 'starting'],
    ['ended with an error', server, [exited(137)], [NOW], 'exited with code 137'],
    ['server that left', server, [exited(0)], [NOW], 'exited with code 0'],
    ['checked service that left', checked, [exited(0)], [NOW], 'exited with code 0'],
    ['script that nobody connects to, done', script, [exited(0)], [NOW], 'well'],
    ['one-shot that was done before', done, [exited(0)], [], 'well'],
    ['removed', server, [], [], 'has no container any more'],
    ['dead', server, [{ status: 'dead', text: 'Dead' }], [], 'has stopped'],
    ['three exits within a minute', server, [up], [NOW - 50_000, NOW - 20_000, NOW], 'crashes again and again'],
    ['three exits in a longer time', server, [up], [NOW - 70_000, NOW - 20_000, NOW], 'well'],
  ])('%s', (_, ready, containers, exits, expected) => {
    const standing = standingOf(ready, { containers, exits }, NOW);
    expect(standing.state === 'lost' ? standing.reason : standing.state).toBe(expected);
  });
});
