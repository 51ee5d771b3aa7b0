import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ComposeModel } from '../../src/domain/model.js';
import { hashBoundFiles } from '../../src/manager/pool/bound-files.js';

let folder: string;
let model: ComposeModel;

const at = (name: string) => join(folder, name);
const write = (name: string, text: string) => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
};
const look = () => hashBoundFiles(at('state'), model);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-bound-'));
  for (const name of ['page', 'pages/deep/one', 'config', 'secret', 'device/one', 'elsewhere']) write(name, 'a');
  symlinkSync('one', at('pages/deep/link'));
  const bind = (source: string) => ({ type: 'bind', source: at(source), target: `/${source}` });
  model = {
    name: 'x',
    services: { web: { volumes: [bind('page'), bind('pages'), bind('absent'), { type: 'volume', target: '/v' }] } },
    volumes: { data: { driver_opts: { type: 'none', o: 'bind', device: at('device') } } },
    configs: { one: { file: at('config') } },
    secrets: { one: { file: at('secret') }, two: { environment: 'TOKEN' } },
  };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each<[string, () => void]>([
  ['a bound file', () => write('page', 'b')],
  ['a file in a bound folder', () => write('pages/deep/one', 'b')],
  ['one more there', () => write('pages/two', 'a')],
  ['one less there', () => rmSync(at('pages/deep/one'))],
  [
    'where a link leads',
    () => {
      rmSync(at('pages/deep/link'));
      symlinkSync('two', at('pages/deep/link'));
    },
  ],
  ['who may read it', () => chmodSync(at('page'), 0o600)],
  ['a path that was not there', () => write('absent', 'a')],
  ['a config', () => write('config', 'b')],
  ['a secret', () => write('secret', 'b')],
  ['a folder that a volume is bound to', () => write('device/one', 'b')],
  [
    'a file of the same size and time',
    () => {
      const { atime, mtime } = statSync(at('pages/deep/one'));
      write('pages/deep/one', 'b');
      utimesSync(at('pages/deep/one'), atime, mtime);
    },
  ],
])('sees %s change', (_, change) => {
  const before = look();
  expect(look()).toEqual(before);
  change();
  expect(look()).not.toEqual(before);
});

it('does not see times, nor what is not bound', () => {
  const before = look();
  utimesSync(at('page'), new Date(0), new Date(0));
  write('elsewhere', 'b');
  expect(look()).toEqual(before);
});

it('says what is too much to look at', () => {
  for (let n = 0; n < 5001; n++) writeFileSync(at(`pages/${n}`), '');
  expect(look()).toEqual({ why: `${at('pages')} has more than 5000 files` });
});
