import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/domain/options/config-schema.js';
import { problemsOf } from '../../../src/domain/options/schema.js';

const reasons = (content: unknown) =>
  problemsOf(configSchema(), content).map(({ path, reason }) => `${path.join('.')}: ${reason}`);

describe('a config file that is right has no problems', () => {
  it.each([
    [{}],
    [{ $schema: './docker-manual.schema.json' }],
    [{ files: 'compose.yml' }],
    [{ files: ['a.yml', 'b.yml'], profiles: [], envFiles: ['.env.test'] }],
    [{ ttl: null }],
    [{ ttl: '30m', waitTimeout: 90_000, keepWarm: '10s' }],
    [{ decisions: { external: 'share', binds: { './data': 'copy' } } }],
    [{ accelerate: false, watchdog: true, reconcile: 'report' }],
    [{ ports: '31000-32000', excludePorts: '31010,31020-31030', networkPool: '10.9.0.0/16' }],
    [{ name: undefined }],
  ])('%j', (content) => {
    expect(reasons(content)).toEqual([]);
  });
});

describe('everything that is wrong is told at once, with its place', () => {
  it.each<[unknown, string[]]>([
    [{ profile: 'x' }, ['profile: is no known key; did you mean "profiles"?']],
    [{ waittimeout: '90s' }, ['waittimeout: is no known key; did you mean "waitTimeout"?']],
    [{ waitTimeout: 'soon' }, ['waitTimeout: "soon" is no duration such as 90s or 2m']],
    [{ waitTimeout: 0 }, ['waitTimeout: 0 is less than 1']],
    [{ waitTimeout: true }, ['waitTimeout: true is no text or whole number']],
    [{ mode: 'shard' }, ['mode: "shard" is none of dedicated, shared, production']],
    [{ files: ['a.yml', 3] }, ['files.1: 3 is no text']],
    [{ files: '' }, ['files: is empty']],
    [{ decisions: { externl: 'share' } }, ['decisions.externl: is no known key; did you mean "external"?']],
    [{ decisions: { external: { pg: 'shar' } } }, ['decisions.external.pg: "shar" is none of fresh, clone, share']],
    [{ ports: '9-5' }, ['ports: "9-5" is no port range such as 30000-40000']],
    [{ accelerate: 'no', ports: 5 }, ['accelerate: "no" is no true or false', 'ports: 5 is no text']],
    [['a'], [': a list is no map of keys to values']],
    [() => ({}), [': a function is no map of keys to values']],
  ])('%j', (content, expected) => {
    expect(reasons(content)).toEqual(expected);
  });

  it('names the known keys where none is near', () => {
    expect(reasons({ decisions: { zzz: 1 } })).toEqual([
      'decisions.zzz: is no known key (known: external, hostNetwork, binds, foreign)',
    ]);
  });
});
