import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileOptions, findSpec, folderName } from '../../src/manager/compose-files.js';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dm-files-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);

/** Each compose file has one service, called after the file: "sub/compose.yml" → "sub_compose.yml". */
function write(names: readonly string[], others: Readonly<Record<string, string>> = {}): void {
  const texts = names.map((name) => [name, `services: { ${name.replaceAll('/', '_')}: { image: x } }\n`] as const);
  for (const [name, text] of [...texts, ...Object.entries(others)]) {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  }
}

async function found(options: FileOptions = {}, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  return (await findSpec({ cwd: folder, ...options }, env)).files.map((file) => relative(folder, file));
}

async function foundByCompose(cwd: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COMPOSE_')));
  const { stdout } = await promisify(execFile)('docker', ['compose', 'config', '--services'], {
    cwd,
    env: { ...clean, ...env },
  });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

describe('the files that Compose would read', () => {
  it.each<{
    what: string;
    files: string[];
    expected: string[];
    env?: NodeJS.ProcessEnv;
    dotEnv?: string;
    cwd?: string;
  }>([
    { what: 'compose.yaml', files: ['compose.yaml'], expected: ['compose.yaml'] },
    { what: 'compose.yaml before compose.yml', files: ['compose.yml', 'compose.yaml'], expected: ['compose.yaml'] },
    {
      what: 'compose.yml before docker-compose.yml',
      files: ['docker-compose.yml', 'compose.yml'],
      expected: ['compose.yml'],
    },
    {
      what: 'docker-compose.yml before docker-compose.yaml',
      files: ['docker-compose.yaml', 'docker-compose.yml'],
      expected: ['docker-compose.yml'],
    },
    { what: 'docker-compose.yaml', files: ['docker-compose.yaml'], expected: ['docker-compose.yaml'] },
    {
      what: 'with the override',
      files: ['compose.yml', 'compose.override.yml'],
      expected: ['compose.yml', 'compose.override.yml'],
    },
    {
      what: 'with an override of the other ending',
      files: ['compose.yml', 'compose.override.yaml'],
      expected: ['compose.yml', 'compose.override.yaml'],
    },
    {
      what: 'with the first of two overrides',
      files: ['compose.yml', 'compose.override.yaml', 'compose.override.yml'],
      expected: ['compose.yml', 'compose.override.yml'],
    },
    {
      what: 'with an override of the other name',
      files: ['compose.yaml', 'docker-compose.override.yml'],
      expected: ['compose.yaml', 'docker-compose.override.yml'],
    },
    {
      what: 'with an override of the other name, the other way round',
      files: ['docker-compose.yml', 'compose.override.yaml'],
      expected: ['docker-compose.yml', 'compose.override.yaml'],
    },
    {
      what: 'in a folder above',
      files: ['compose.yml', 'compose.override.yml'],
      cwd: 'a/b',
      expected: ['compose.yml', 'compose.override.yml'],
    },
    {
      what: 'here rather than above',
      files: ['compose.yaml', 'a/docker-compose.yml'],
      cwd: 'a',
      expected: ['a/docker-compose.yml'],
    },
    {
      what: 'by COMPOSE_FILE, without the override',
      files: ['compose.yml', 'compose.override.yml', 'x.yml'],
      env: { COMPOSE_FILE: 'x.yml' },
      expected: ['x.yml'],
    },
    {
      what: 'several by COMPOSE_FILE',
      files: ['x.yml', 'y.yml'],
      env: { COMPOSE_FILE: 'x.yml:y.yml' },
      expected: ['x.yml', 'y.yml'],
    },
    {
      what: 'by COMPOSE_FILE with a separator',
      files: ['x.yml', 'y.yml'],
      env: { COMPOSE_FILE: 'x.yml,y.yml', COMPOSE_PATH_SEPARATOR: ',' },
      expected: ['x.yml', 'y.yml'],
    },
    {
      what: 'by COMPOSE_FILE of .env',
      files: ['compose.yml', 'x.yml', 'y.yml'],
      dotEnv: 'COMPOSE_FILE=x.yml:y.yml\n',
      expected: ['x.yml', 'y.yml'],
    },
    {
      what: 'by COMPOSE_FILE of .env, quoted and with a separator',
      files: ['x.yml', 'y.yml'],
      dotEnv: '# these\nCOMPOSE_PATH_SEPARATOR=,\nexport COMPOSE_FILE="x.yml,y.yml" # two\n',
      expected: ['x.yml', 'y.yml'],
    },
    {
      what: 'by COMPOSE_FILE of the environment rather than of .env',
      files: ['x.yml', 'y.yml'],
      env: { COMPOSE_FILE: 'y.yml' },
      dotEnv: 'COMPOSE_FILE=x.yml\n',
      expected: ['y.yml'],
    },
    {
      what: 'whatever else is in .env',
      files: ['compose.yml'],
      dotEnv: 'PORT=1\nCOMPOSE_PROFILES=x\n',
      expected: ['compose.yml'],
    },
  ])('$what', async ({ files, expected, env = {}, dotEnv, cwd = '.' }) => {
    write(files, dotEnv === undefined ? {} : { '.env': dotEnv });
    mkdirSync(at(cwd), { recursive: true });
    expect(await found({ cwd: at(cwd) }, env)).toEqual(expected);
    // The real one says the same.
    expect(await foundByCompose(at(cwd), env)).toEqual(expected.map((name) => name.replaceAll('/', '_')).sort());
  });

  it('are those of a named env file, and .env then says nothing', async () => {
    write(['compose.yml', 'x.yml', 'y.yml'], { 'vars.env': 'COMPOSE_FILE=x.yml', '.env': 'COMPOSE_FILE=y.yml' });
    const env = { COMPOSE_ENV_FILES: 'vars.env' };
    expect(await found({}, env)).toEqual(['x.yml']);
    expect(await foundByCompose(folder, env)).toEqual(['x.yml']);
    expect(await found({ envFiles: ['vars.env'] }, {})).toEqual(['x.yml']);
  });

  it('are those that are named, before all others, in their order', async () => {
    write(['compose.yml', 'x.yml', 'sub/y.yml']);
    expect(await found({ files: ['x.yml', at('sub/y.yml')] }, { COMPOSE_FILE: 'compose.yml' })).toEqual([
      'x.yml',
      'sub/y.yml',
    ]);
    expect(await found({ files: [] }, {})).toEqual(['compose.yml']);
    expect(await found({ files: ['../sub/y.yml'], cwd: at('sub') })).toEqual(['sub/y.yml']);
  });

  it('are counted from the folder of the first', async () => {
    write(['sub/x.yml', 'y.yml']);
    const spec = await findSpec({ files: ['sub/x.yml', 'y.yml'], cwd: folder }, {});
    expect(spec.directory).toBe(at('sub'));
    expect(folderName(spec)).toBe('sub');
  });
});

describe('a missing file', () => {
  const missing = (options: FileOptions, env: NodeJS.ProcessEnv = {}) =>
    found(options, env).then(
      (files) => files.join(),
      (error) => error,
    );

  it.each<[string, FileOptions, NodeJS.ProcessEnv, string]>([
    ['none in this folder or above', {}, {}, 'none of compose.yaml, compose.yml'],
    ['one that is named', { files: ['there.yml', 'gone.yml'] }, {}, 'gone.yml is not there'],
    ['one that is a folder', { files: ['folder'] }, {}, 'folder is not there'],
    ['one of COMPOSE_FILE', {}, { COMPOSE_FILE: 'gone.yml' }, 'gone.yml is not there'],
  ])('is told: %s', async (_, options, env, text) => {
    write([], { 'there.yml': 'services: {}', 'folder/x': '' });
    expect(await missing(options, env)).toMatchObject({
      code: 'COMPOSE_FILE_MISSING',
      message: expect.stringContaining(text),
    });
  });

  it('is a folder that is called like one, as Compose sees it', async () => {
    write([], { 'compose.yml/x': '' });
    expect(await missing({})).toMatchObject({ code: 'COMPOSE_FILE_MISSING' });
  });
});

describe('profiles and env files', () => {
  it('are those that are named, else those of the environment', async () => {
    write(['compose.yml']);
    const env = { COMPOSE_PROFILES: 'a, b', COMPOSE_ENV_FILES: 'x.env,sub/y.env' };
    expect(await findSpec({ cwd: folder }, env)).toMatchObject({
      profiles: ['a', 'b'],
      envFiles: [at('x.env'), at('sub/y.env')],
    });
    expect(await findSpec({ cwd: folder, profiles: [], envFiles: ['z.env'] }, env)).toMatchObject({
      profiles: [],
      envFiles: [at('z.env')],
    });
    expect(await findSpec({ cwd: folder }, { COMPOSE_PROFILES: '', COMPOSE_FILE: '' })).toMatchObject({
      profiles: [],
      envFiles: [],
    });
  });
});
