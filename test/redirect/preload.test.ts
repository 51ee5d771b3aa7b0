import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, it } from 'vitest';
import { redirectEnvironment } from '../../src/redirect/port-map.js';
import { PRELOAD, runScript } from './support/run-redirected.js';
import { type Listening, tcpServer } from './support/servers.js';

const folder = mkdtempSync(join(tmpdir(), 'dm-redirect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the preload, as of a second installation. */
function copy(...path: string[]): string {
  const target = join(folder, ...path);
  mkdirSync(join(target, '..'), { recursive: true });
  copyFileSync(PRELOAD, target);
  return target;
}

async function whoAnswers(published: Listening, env: Readonly<Record<string, string>>) {
  return runScript('who-answers-once.mjs', { PUBLISHED: String(published.port), ...env });
}

it.each(['plain', 'with space', 'with "quotes"', 'with \\backslash', 'with both "\\'])(
  'is found by Node in a folder that is called: %s',
  async (name) => {
    await using published = await tcpServer('published');
    await using leased = await tcpServer('leased');
    const binding = { service: 'db', target: 1, protocol: 'tcp', count: 1 };
    const bindings = [{ ...binding, published: String(published.port), port: leased.port }];
    const { env } = redirectEnvironment(copy(name, 'preload.cjs'), bindings, { NODE_OPTIONS: '--no-warnings' });
    expect(await whoAnswers(published, env)).toEqual({ answers: 'leased', stderr: '' });
  },
);

it('redirects once when it is loaded twice', async () => {
  await using published = await tcpServer('published');
  await using leased = await tcpServer('leased');
  await using twice = await tcpServer('twice');
  const outcome = await whoAnswers(published, {
    NODE_OPTIONS: `--require ${PRELOAD} --require ${PRELOAD} --require ${copy('second.cjs')}`,
    DM_PORT_MAP: `${published.port}=${leased.port},${leased.port}=${twice.port}`,
  });
  expect(outcome).toEqual({ answers: 'leased', stderr: '' });
});

it('skips what it does not understand, says so in one line, and goes on', async () => {
  await using published = await tcpServer('published');
  await using leased = await tcpServer('leased');
  const outcome = await whoAnswers(published, {
    NODE_OPTIONS: `--require ${PRELOAD}`,
    DM_PORT_MAP: `5432, abc=1,=,0=1,1=65536,1=2=3, ${published.port}=${leased.port} ,`,
  });
  expect(outcome).toEqual({
    answers: 'leased',
    stderr:
      'docker-manual: DM_PORT_MAP: not redirected: "5432", "abc=1", "=", "0=1", "1=65536", "1=2=3" ' +
      '(wanted: PUBLISHED=LEASED, as in 5432=31222)',
  });
});

it.each<[string, Record<string, string>, boolean]>([
  ['without a map', {}, false],
  ['with an empty map', { DM_PORT_MAP: '' }, false],
  ['with a map', { DM_PORT_MAP: '5432=31222' }, true],
])('loads net only where it has something to do: %s', async (_name, env, loaded) => {
  // console.log would load net itself
  const script = "require('node:fs').writeSync(1, String(process.moduleLoadList.includes('NativeModule net')))";
  const result = await execa(process.execPath, ['--require', PRELOAD, '-e', script], { extendEnv: false, env });
  expect(result).toMatchObject({ stdout: String(loaded), stderr: '' });
});

it('hands on untouched what is none of its business, the same object', async () => {
  const script = `
    const { Socket } = require('node:net');
    const handedOn = [];
    Socket.prototype.connect = function (...args) { handedOn.push(args); return this; };
    require(process.argv[1]);
    const forms = [[], [{ fd: 3, port: 5432 }], [{ path: '/p', port: 5432 }], ['/p'], [{ port: 5433 }], [null], [[]],
      [{ port: 5432, host: '10.0.0.1' }], [{ port: [5432] }], [5432, 'db', () => {}]];
    for (const form of forms) new Socket().connect(...form);
    process.stdout.write(JSON.stringify(forms.map((form, i) => form.length === handedOn[i].length && form.every((x, j) => x === handedOn[i][j]))));
  `;
  const { stdout } = await execa(process.execPath, ['-e', script, PRELOAD], { env: { DM_PORT_MAP: '5432=31222' } });
  expect(JSON.parse(stdout)).toEqual(Array(10).fill(true));
});
