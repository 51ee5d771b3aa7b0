import { describe, expect, it } from 'vitest';
import { nested, type Sources, settle } from '../../../src/domain/options/settle.js';

const NOTHING: Sources = { given: {}, variables: {}, maps: [] };
const setting = (key: string, sources: Partial<Sources>) =>
  settle({ ...NOTHING, ...sources }).find((each) => each.key === key);

const given = { ports: '1000-1100' };
const variables = { DOCKER_MANUAL_PORTS: '2000-2100' };
const maps = [{ at: '', content: { ports: '3000-3100' } }];

it.each([
  [{ given, variables, maps }, '1000-1100', { from: 'given' }],
  [{ variables, maps }, '2000-2100', { from: 'variable', variable: 'DOCKER_MANUAL_PORTS' }],
  [{ maps }, '3000-3100', { from: 'file', key: 'ports' }],
  [{}, '30000-40000', { from: 'default' }],
  [{ variables: { DOCKER_MANUAL_PORTS: '' }, maps }, '3000-3100', { from: 'file', key: 'ports' }],
])('given counts before variables, these before the file, and the default last: %#', (sources, value, origin) => {
  expect(setting('ports', sources)).toEqual({ name: 'ports', key: 'ports', value, origin });
});

describe('values', () => {
  it.each<[string, unknown, unknown]>([
    ['ttl', '30m', 1_800_000],
    ['ttl', 'none', null],
    ['ttl', null, null],
    ['ttl', 5000, 5000],
    ['waitTimeout', '90s', 90_000],
    ['files', 'a.yml', ['a.yml']],
    ['files', ['a.yml', 'b.yml'], ['a.yml', 'b.yml']],
    ['accelerate', false, false],
  ])('%s: %j of the file counts as %j', (key, written, value) => {
    expect(setting(key, { maps: [{ at: '', content: { [key]: written } }] })?.value).toEqual(value);
  });

  it.each<[string, string[]]>([
    ['a.yml', ['a.yml']],
    ['a.yml:/src/b.yml', ['a.yml', '/src/b.yml']],
    ['C:\\a.yml;D:\\b.yml', ['C:\\a.yml', 'D:\\b.yml']],
    ['C:\\a.yml:D:\\b.yml', ['C:\\a.yml', 'D:\\b.yml']],
  ])('DOCKER_COMPOSE_PATH=%s is %j', (text, files) => {
    expect(setting('files', { variables: { DOCKER_COMPOSE_PATH: text } })?.value).toEqual(files);
  });

  it.each([
    ['DOCKER_MANUAL_WATCHDOG', 'off', 'watchdog', false],
    ['DOCKER_MANUAL_START_ENGINE', '1', 'startEngine', true],
    ['COMPOSE_PROJECT_NAME', 'shop', 'name', 'shop'],
  ])('%s=%s', (variable, text, key, value) => {
    expect(setting(key, { variables: { [variable]: text } })?.value).toBe(value);
  });

  it('a variable that holds no such value is named', () => {
    expect(() => settle({ ...NOTHING, variables: { DOCKER_MANUAL_PORTS: 'many' } })).toThrow(
      'DOCKER_MANUAL_PORTS: "many" is no port range such as 30000-40000.',
    );
  });
});

it('what Compose reads by itself keeps the file from counting, and is left to Compose', () => {
  const sources = { variables: { COMPOSE_FILE: 'x.yml' }, maps: [{ at: '', content: { files: 'a.yml' } }] };
  expect(setting('files', sources)).toMatchObject({
    value: undefined,
    origin: { from: 'variable', variable: 'COMPOSE_FILE' },
  });
});

it('keys with a dot become maps again', () => {
  const decisions = { external: 'share', binds: { data: 'copy' } };
  const found = settle({ ...NOTHING, maps: [{ at: '', content: { decisions } }] });
  expect(nested(found.filter(({ origin }) => origin.from === 'file'))).toEqual({ decisions });
});
