import { describe, expect, it } from 'vitest';
import {
  isStock,
  MOST_FAILURES,
  missing,
  notAhead,
  notWithPool,
  type PoolNeed,
  parsePool,
  pauseAfter,
  poolSize,
  unfit,
} from '../../src/domain/pool.js';

const MINUTE = 60_000;

describe('the size of a pool', () => {
  it.each([
    [undefined, undefined],
    [false, undefined],
    [true, { min: 1, max: null, idle: 10 * MINUTE }],
    [3, { min: 3, max: null, idle: 10 * MINUTE }],
    [
      { min: 2, max: 6, idle: 5 },
      { min: 2, max: 6, idle: 5 },
    ],
    [0, 'min is 0, and has to be a number from 1 on'],
    [{ min: 3, max: 2 }, 'max is 2, and has to be a number from min (3) on'],
    [{ idle: 0 }, 'idle is 0, and has to be a time in milliseconds'],
  ])('of %j is %j', (option, size) => expect(poolSize(option)).toEqual(size));

  it.each([
    ['2', { min: 2 }],
    ['2-6', { min: 2, max: 6 }],
    ['2-6,10m', { min: 2, max: 6, idle: 10 * MINUTE }],
    ['2,30s', { min: 2, idle: 30_000 }],
    ['off', false],
    ['6-2', undefined],
    ['0', undefined],
    ['2,soon', undefined],
    ['many', undefined],
  ])('is read from "%s"', (text, option) => expect(parsePool(text)).toEqual(option));
});

describe('what cannot come from a pool', () => {
  it.each([
    [{}, undefined],
    [{ mode: 'dedicated', env: 'test', portMode: 'ephemeral', pull: 'missing' }, undefined],
    [{ mode: 'shared' }, 'mode "shared"'],
    [{ env: 'dev' }, 'keep their volumes'],
    [{ portMode: 'stable' }, 'portMode "stable"'],
    [{ portMode: 'fixed' }, 'portMode "fixed"'],
    [{ pull: 'always' }, 'pull "always"'],
    [{ build: 'all' }, 'build "all"'],
  ] as const)('options %j: %s', (options, why) => {
    if (why === undefined) expect(notWithPool(options)).toBeUndefined();
    else expect(notWithPool(options)).toContain(why);
  });

  it('is a file that asks for the newest image, or for a copy of what is somewhere at the start', () => {
    const volumes = { data: { external: true } };
    expect(notAhead({ name: 'x', services: { db: { pull_policy: 'always' } } }, {})).toContain('pull_policy: always');
    expect(notAhead({ name: 'x', services: {}, volumes }, { external: 'clone' })).toContain('"data" is cloned');
    expect(notAhead({ name: 'x', services: { db: { pull_policy: 'missing' } }, volumes }, { external: 'fresh' })).toBe(
      undefined,
    );
  });
});

describe('how many are to be filled in', () => {
  const pool: PoolNeed = { min: 2, max: 4, idle: 1000, usedAt: 0, failures: 0, notBefore: 0 };
  const none = { filling: 0, warm: 0, used: 0 };
  it.each([
    ['as many as are to be ready', pool, none, 2],
    ['less what is being made', pool, { ...none, filling: 1 }, 1],
    ['not more than there may be, in use or not', pool, { ...none, used: 3 }, 1],
    ['none above the bound', pool, { ...none, used: 5 }, 0],
    ['without a bound, whatever is in use', { ...pool, max: null }, { ...none, used: 50 }, 2],
    ['none before a pause is over', { ...pool, notBefore: 501 }, none, 0],
    ['none after too many failures', { ...pool, failures: MOST_FAILURES }, none, 0],
    ['none when nobody has used it for too long', { ...pool, usedAt: -500 }, none, 0],
  ])('%s', (_, need, counts, expected) => expect(missing(need, counts, 500)).toBe(expected));

  it('and the pause after a failure doubles', () => {
    expect([1, 2, 3, 4].map(pauseAfter)).toEqual([1000, 2000, 4000, 8000]);
  });
});

it('an environment that stands ready is nobody’s, one that was handed over is somebody’s', () => {
  const states = ['filling', 'warm', 'used'] as const;
  expect(states.map((state) => isStock({ pool: { key: 'k', state } }))).toEqual([true, true, false]);
  expect(isStock({})).toBe(false);
});

describe('what makes a ready environment unfit', () => {
  const model = { name: 'x', services: { db: { image: 'pg' }, init: {}, web: { scale: 2 } } };
  const states = { db: { state: 'healthy' }, init: { state: 'completed' }, web: { state: 'running' } };
  const db = { service: 'db', status: 'running', text: 'Up 2 hours (healthy)', image: 'pg' };
  const init = { service: 'init', status: 'exited', text: 'Exited (0) 2 hours ago', image: 'pg' };
  const web = { service: 'web', status: 'running', text: 'Up 2 hours', image: 'web' };
  const id = `sha256:${'a'.repeat(64)}`;
  const good = [db, init, web, web];

  it.each([
    ['nothing', good, undefined],
    ['a container that was removed', [db, init, web], 'a container of "web" was removed'],
    ['one that has ended', [{ ...db, status: 'exited', text: 'Exited (1)' }, init, web, web], '"db" is exited'],
    ['one that is not well', [{ ...db, text: 'Up (unhealthy)' }, init, web, web], '"db" is Up (unhealthy)'],
    [
      'one that starts again',
      [{ ...db, text: 'Up 1 second (health: starting)' }, init, web, web],
      '"db" is Up 1 second',
    ],
    ['a one-shot that runs again', [db, { ...init, status: 'running', text: 'Up' }, web, web], '"init" is Up'],
    ['an image whose name is another’s now', [{ ...db, image: id }, init, web, web], 'the image of "db" was replaced'],
  ])('%s', (_, containers, why) => {
    if (why === undefined) expect(unfit(model, states, containers)).toBeUndefined();
    else expect(unfit(model, states, containers)).toContain(why);
  });

  it('but not an image that the file names by its id', () => {
    const named = { name: 'x', services: { db: { image: id } } };
    expect(unfit(named, { db: { state: 'healthy' } }, [{ ...db, image: id }])).toBeUndefined();
  });
});
