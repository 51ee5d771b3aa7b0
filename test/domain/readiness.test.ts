import { describe, expect, it } from 'vitest';
import type { ComposeModel, ServiceModel } from '../../src/domain/model.js';
import { judge, type Observation, oneShots, startable } from '../../src/domain/readiness.js';
import { readyTimeout, type Verdict, whyNot, worst } from '../../src/domain/verdict.js';

const seen = (changes: Partial<Observation>): Observation => ({
  id: 'c',
  service: 's',
  status: 'running',
  health: 'none',
  exitCode: 0,
  oomKilled: false,
  exits: 0,
  startedAt: 1000,
  error: '',
  ...changes,
});
const checked: ServiceModel = { healthcheck: { test: ['CMD', 'true'] } };
const always: ServiceModel = { restart: 'always' };

describe('judge', () => {
  const cases: [string, ServiceModel, Partial<Observation>, boolean, number, Verdict['state']][] = [
    ['created', {}, { status: 'created' }, false, 0, 'created'],
    ['refused by the engine', {}, { status: 'created', error: 'no such file' }, false, 0, 'failed'],
    ['healthy', checked, { health: 'healthy' }, false, 0, 'healthy'],
    ['not yet healthy', checked, { health: 'starting' }, false, 0, 'starting'],
    ['unhealthy may recover until the deadline', checked, { health: 'unhealthy' }, false, 0, 'starting'],
    ['no check, just started', {}, {}, false, 3000, 'starting'],
    ['no check, stable', {}, {}, false, 3500, 'running'],
    ['asked, and it has answered', {}, { probe: { passed: true, why: '', silentAfter: null } }, false, 0, 'running'],
    ['asked, and it is silent', {}, { probe: { passed: false, why: 'x', silentAfter: 500 } }, false, 1400, 'starting'],
    ['silent for long', {}, { probe: { passed: false, why: 'x', silentAfter: 500 } }, false, 1500, 'running'],
    ['has to answer', {}, { probe: { passed: false, why: 'x', silentAfter: null } }, false, 99_000, 'starting'],
    ['lost a child to the memory limit', checked, { health: 'healthy', oomKilled: true }, false, 0, 'failed'],
    ['one-shot still at work', {}, {}, true, 9000, 'starting'],
    ['one-shot done', {}, { status: 'exited' }, true, 0, 'completed'],
    ['one-shot failed', {}, { status: 'exited', exitCode: 1 }, true, 0, 'failed'],
    ['script that nobody connects to, done', {}, { status: 'exited' }, false, 0, 'completed'],
    ['server that left', { ports: [{ target: 80 }] }, { status: 'exited' }, false, 0, 'failed'],
    ['checked service that left', checked, { status: 'exited' }, false, 0, 'failed'],
    ['crashed once, restarting', always, { status: 'restarting', exitCode: 3, exits: 1 }, false, 0, 'starting'],
    ['crash loop between two starts', always, { status: 'restarting', exitCode: 3, exits: 3 }, false, 0, 'failed'],
    ['crash loop caught while up', always, { exits: 3, exitCode: 3 }, false, 9000, 'failed'],
    ['retries used up', { restart: 'on-failure:1' }, { status: 'exited', exitCode: 3, exits: 3 }, false, 0, 'failed'],
    ['done under on-failure', { restart: 'on-failure' }, { status: 'exited' }, false, 0, 'completed'],
    ['out of memory', {}, { status: 'exited', exitCode: 137, oomKilled: true }, false, 0, 'failed'],
  ];
  it.each(cases)('%s', (_, service, changes, oneShot, now, expected) => {
    expect(judge(service, seen(changes), oneShot, now).state).toBe(expected);
  });

  it('names the signal, the code and the memory limit', () => {
    const reason = (changes: Partial<Observation>) =>
      (judge({}, seen({ status: 'exited', ...changes }), false, 0) as { reason: string }).reason;
    expect(reason({ exitCode: 7 })).toBe('exited with code 7');
    expect(reason({ exitCode: 139 })).toContain('signal 11');
    expect(reason({ exitCode: 137, oomKilled: true })).toContain('OOM');
  });
});

describe('a failing health check', () => {
  const probe = (exitCode: number, output = '') => ({ exitCode, output, endedAt: 0 });
  const why = (changes: Partial<Observation>) => whyNot(judge(checked, seen(changes), false, 0));

  it.each<[string, Partial<Observation>, string]>([
    ['none yet', { health: 'starting' }, 'health check: starting'],
    [
      'one, its last line',
      { health: 'starting', healthLog: [probe(1, 'first\nrefused \n')] },
      'health check fails, the last time: refused',
    ],
    [
      'several, the last of them',
      { health: 'unhealthy', healthLog: [probe(1, 'a'), probe(1, 'b')] },
      'health check fails, the last 2 times: b',
    ],
    [
      'since the last that passed',
      { health: 'starting', healthLog: [probe(1), probe(0), probe(2)] },
      'health check fails, the last time: exit code 2',
    ],
    ['the last has passed', { health: 'starting', healthLog: [probe(1), probe(0)] }, 'health check: starting'],
    [
      'a long line',
      { health: 'starting', healthLog: [probe(1, 'x'.repeat(5000))] },
      `health check fails, the last time: ${'x'.repeat(200)}`,
    ],
  ])('is told: %s', (_, changes, says) => expect(why(changes)).toBe(says));

  it('says of a wait that has ended who is not ready, and why', () => {
    const depends_on = { db: { condition: 'service_healthy' }, cache: { condition: 'service_started' } } as const;
    const model: ComposeModel = { name: 'p', services: { db: {}, cache: {}, web: { depends_on }, mail: {} } };
    const verdicts = new Map<string, Verdict>([
      ['db', judge(checked, seen({ health: 'unhealthy', healthLog: [probe(1, 'no route')] }), false, 0)],
      ['cache', { state: 'healthy' }],
    ]);
    expect(readyTimeout(model, verdicts, 4000)).toMatchObject({
      code: 'READY_TIMEOUT',
      params: { names: 'db, web, mail' },
      message:
        'Not ready within 4 s: db (health check fails, the last time: no route), web (not started: waits for db), mail (not started yet).',
    });
  });
});

describe('startable', () => {
  const model: ComposeModel = {
    name: 'p',
    services: {
      db: {},
      migrate: { depends_on: { db: { condition: 'service_healthy' } } },
      api: {
        depends_on: {
          migrate: { condition: 'service_completed_successfully' },
          gone: { condition: 'service_started', required: false },
        },
      },
      web: { depends_on: { api: { condition: 'service_started' } } },
    },
  };
  const at = (states: Record<string, Verdict>) =>
    startable(model, new Map(Object.keys(model.services).map((name) => [name, states[name] ?? { state: 'created' }])));

  it('starts each service the moment its conditions hold, and no earlier', () => {
    expect(at({})).toEqual(['db']);
    expect(at({ db: { state: 'starting', why: '' } })).toEqual([]);
    expect(at({ db: { state: 'healthy' } })).toEqual(['migrate']);
    expect(at({ db: { state: 'healthy' }, migrate: { state: 'starting', why: '' } })).toEqual([]);
    expect(at({ db: { state: 'healthy' }, migrate: { state: 'completed' } })).toEqual(['api']);
    expect(
      at({ db: { state: 'healthy' }, migrate: { state: 'completed' }, api: { state: 'starting', why: '' } }),
    ).toEqual(['web']);
  });

  it('knows which services are to end', () => {
    expect([...oneShots(model)]).toEqual(['migrate']);
  });
});

it('a service is as good as its worst container', () => {
  expect(worst([{ state: 'healthy' }, { state: 'starting', why: '' }]).state).toBe('starting');
  expect(worst([{ state: 'running' }, { state: 'failed', reason: '' }]).state).toBe('failed');
});
