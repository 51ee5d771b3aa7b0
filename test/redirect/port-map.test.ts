import { describe, expect, it } from 'vitest';
import type { Binding } from '../../src/domain/lease.js';
import { redirectEnvironment, renderPortMap } from '../../src/redirect/port-map.js';

function binding(change: Partial<Binding>): Binding {
  return { service: 'db', target: 5432, protocol: 'tcp', published: '5432', port: 31000, count: 1, ...change };
}

describe('renderPortMap', () => {
  it.each<[string, Partial<Binding>[], string, number[]]>([
    ['nothing', [], '', []],
    ['one port', [{}], '5432=31000', []],
    [
      'two services',
      [{}, { service: 'kafka', target: 9092, published: '9092', port: 31001 }],
      '5432=31000,9092=31001',
      [],
    ],
    ['a port that the engine chooses', [{ published: '' }, { published: '0' }], '', []],
    ['UDP', [{ protocol: 'udp' }], '', []],
    ['UDP beside TCP', [{ protocol: 'udp' }, {}], '5432=31000', []],
    ['a range', [{ published: '9000-9002', count: 3 }], '9000=31000,9001=31001,9002=31002', []],
    ['a range of which one port is used', [{ published: '9000-9002' }], '9000=31000', []],
    ['a single port of replicas', [{ count: 3 }], '5432=31000', []],
    ['one port of one service on two addresses', [{}, { port: 31001 }], '5432=31000', []],
    ['two services with one number', [{}, { service: 'other', port: 31001 }], '', [5432]],
    ['two ports of one service with one number', [{}, { target: 80, port: 31001 }], '', [5432]],
    [
      'a number within the range of another service',
      [
        { published: '9000-9002', count: 3 },
        { service: 'other', published: '9001', port: 31003 },
      ],
      '9000=31000,9002=31002',
      [9001],
    ],
    ['a number that another service was leased', [{ published: '31001' }, { published: '', port: 31001 }], '', [31001]],
    ['a number that was leased as itself', [{ published: '31000' }], '', []],
    [
      'a number leased as itself that two services publish',
      [{ published: '31000' }, { service: 'other', published: '31000', port: 31001 }],
      '',
      [31000],
    ],
    [
      'several ambiguous numbers, in ascending order',
      [
        { published: '9000' },
        { service: 'other', published: '9000' },
        { published: '80' },
        { service: 'other', published: '80' },
      ],
      '',
      [80, 9000],
    ],
  ])('%s', (_name, bindings, text, ambiguous) => {
    expect(renderPortMap(bindings.map(binding))).toEqual({ text, ambiguous });
  });
});

describe('redirectEnvironment', () => {
  const bindings = [binding({})];

  it('adds the preload to the options that are there', () => {
    expect(redirectEnvironment('/x/preload.cjs', bindings, { NODE_OPTIONS: '--no-warnings', HOME: '/home' })).toEqual({
      env: { NODE_OPTIONS: '--no-warnings --require /x/preload.cjs', DM_PORT_MAP: '5432=31000' },
      ambiguous: [],
    });
  });

  it('adds it once', () => {
    const { env } = redirectEnvironment('/x/preload.cjs', bindings, {});
    expect(redirectEnvironment('/x/preload.cjs', bindings, env).env.NODE_OPTIONS).toBe('--require /x/preload.cjs');
    expect(redirectEnvironment('/x/preload.cj', bindings, env).env.NODE_OPTIONS).toBe(
      '--require /x/preload.cjs --require /x/preload.cj',
    );
  });

  it('replaces the map of an outer run', () => {
    expect(redirectEnvironment('/x/preload.cjs', bindings, { DM_PORT_MAP: '6379=1' }).env.DM_PORT_MAP).toBe(
      '5432=31000',
    );
  });

  it('adds nothing where nothing is to be redirected, and still names what is ambiguous', () => {
    const contested = [binding({}), binding({ service: 'other', port: 31001 })];
    expect(redirectEnvironment('/x/preload.cjs', contested, {})).toEqual({ env: {}, ambiguous: [5432] });
  });
});
